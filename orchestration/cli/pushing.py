"""`crm360 push`, as it is typed and told."""

from __future__ import annotations

from pathlib import Path

import click

from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config

SHOWN = 20  # changes of one push; --json tells all


@click.command()
@configured
@click.argument("names", nargs=-1, metavar="[NAME] ...")
@click.option("--dry-run", is_flag=True, help="Ask the targets who is there, say what would be done, and send nothing.")
@as_json_option
def push(path: Path, data: Path | None, debug: bool, names: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Send audiences of the published version to the tools: the pushes of crm360.toml, or the named ones.

    Every run does so by itself once it has published. Exit code 8 where a push did not reach its end.
    """
    config = load_config(path, data, debug)
    from crm360.orchestration.push.pushing import FAILED, push_all
    from crm360.orchestration.run import runs
    from crm360.orchestration.run.interrupts import interruptible
    from crm360.orchestration.settings import ownership

    console = Console(quiet=as_json)
    with interruptible(), runs.only_one(config.data):
        ownership.claim(config)
        done = push_all(config, names, dry_run=dry_run, report=console.line)
    failed = any(one.error for one in done)
    if as_json:
        told = [one.told for one in done]
        console.json({"ok": not failed, "exit_code": FAILED if failed else 0, "dry_run": dry_run, "pushes": told})
    if not done:
        console.line("nothing is set up: [push.NAME] of crm360.toml says which audience goes where")
    for one in done:
        if dry_run and one.changes:
            rows = [[change, customer_id, because] for change, customer_id, because in one.changes[:SHOWN]]
            more = f"; the first {SHOWN}, --json tells all" if len(one.changes) > SHOWN else ""
            title = f"{one.name}: what would change ({len(one.changes):,}{more})"
            console.table(title, ["change", "customer_id", "because"], rows)
    if dry_run and done:
        console.line("nothing was sent; without --dry-run it is")
    return FAILED if failed else 0


COMMANDS = (push,)
