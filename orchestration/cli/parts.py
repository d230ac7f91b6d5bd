"""`crm360 pause`, `resume` and `retry`, as they are typed and told."""

from __future__ import annotations

from pathlib import Path

import click

from crm360.orchestration.cli.alerting import and_tell
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config


@click.command()
@configured
@click.argument("source")
@click.option("--reason", default="", help="Why, for whoever asks later; no personal value.")
@as_json_option
def pause(path: Path, data: Path | None, debug: bool, source: str, reason: str, as_json: bool) -> int:
    """Ask SOURCE no more until it is resumed. What it said before stands, and nobody is alerted of it."""
    config = load_config(path, data, debug)
    from crm360.orchestration.run import pausing

    console, paused = Console(quiet=as_json), pausing.pause(config, source, reason)
    if as_json:
        console.json({"ok": True, "source": source, "since": paused.since, "reason": paused.reason})
    console.line(f"paused  {source}, since {paused.since} UTC; crm360 resume {source} ends it")
    return 0


@click.command()
@configured
@click.argument("source")
@as_json_option
def resume(path: Path, data: Path | None, debug: bool, source: str, as_json: bool) -> int:
    """Ask SOURCE again from the next run on: it goes on from where it was paused."""
    config = load_config(path, data, debug)
    from crm360.orchestration.run import pausing

    console, paused = Console(quiet=as_json), pausing.resume(config, source)
    if as_json:
        console.json({"ok": True, "source": source, "paused_since": paused.since})
    console.line(f"resumed {source}, which was paused since {paused.since} UTC")
    return 0


@click.command()
@configured
@as_json_option
def retry(path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    """Do again what failed in the last run, and what follows from it: streams, the build, the audit, publishing."""
    config = load_config(path, data, debug)
    from crm360.orchestration.run import launch

    work = and_tell(config, lambda console: launch.retry(config, console))
    if not as_json:
        return work(Console(form=config.toml.log_format))
    from crm360.orchestration.cli.outcome import told_as_json

    return told_as_json(config, work)


COMMANDS = (pause, resume, retry)
