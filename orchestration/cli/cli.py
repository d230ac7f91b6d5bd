"""The command line. Every failure ends in one sentence and an exit code; `--debug` shows the traceback.

What the exit codes mean stands in exit_codes.py.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm360.connectors.engine.errors import ConfigError, Crm360Error, of_the_disk
from crm360.connectors.engine.session import REDACT
from crm360.orchestration.cli import alerting, defining, handing, keeping, looking, parts, pushing
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.exit_codes import EXIT_CODES
from crm360.orchestration.cli.logs import json_line
from crm360.orchestration.cli.options import LOG, as_json_option, configured
from crm360.orchestration.cli.options import load_config as _load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from crm360.orchestration.settings.config import Config


@contextmanager
def _disks_told() -> Iterator[None]:
    """A disk that is full or fails is nothing unforeseen, whoever meets it."""
    try:
        yield
    except Exception as error:
        refused = None if isinstance(error, Crm360Error) else of_the_disk(error)
        if refused is None:
            raise
        raise refused from error


class Cli(click.Group):
    """Turns every failure into its sentence and exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command and leave the process with its exit code."""
        debug = "--debug" in sys.argv
        try:
            with _disks_told():
                code = super().main(*args, **{**kwargs, "standalone_mode": False})
        except Crm360Error as error:
            if "--json" in sys.argv and not error.is_told:
                from crm360.orchestration.cli.outcome import error_told

                Console().json({"ok": False, "exit_code": error.exit_code, "error": error_told(error)})
            if debug:
                raise
            _stop(str(error), error.exit_code)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(0)
        except click.ClickException as error:
            _stop(f"{error.format_message()} (see crm360 --help)", 2)
        except click.Abort:
            _stop("interrupted; the next run goes on from here", 130)
        except Exception as error:
            if debug:
                raise
            _stop(f"an unforeseen {type(error).__name__}; run again with --debug and report it to crm360", 70)
        sys.exit(code if isinstance(code, int) else 0)


def _stop(sentence: str, code: int) -> None:
    said = f"crm360: {REDACT(' '.join(sentence.split()))}"
    click.echo(json_line(said, "error") if LOG["form"] == "json" else said, err=True)
    sys.exit(code)


EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:<5}{meaning}" for code, meaning in EXIT_CODES.items())


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(package_name="crm360")
def main() -> None:
    """Pull every system a business uses, resolve who is who, audit, publish."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@as_json_option
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def init(folder: Path, as_json: bool, debug: bool) -> int:
    """Make FOLDER a project: configuration, segments, audiences, decisions, rates, own marts."""
    from crm360.orchestration.settings.init import init as write

    console, written = Console(quiet=as_json), write(folder)
    if as_json:
        console.json({"ok": True, "folder": str(folder), "written": written})
    for name in written:
        console.line(f"wrote   {folder / name}")
    console.line(f"next    cd {folder} && crm360 run --sandbox   (crm360.toml says how to set up your own sources)")
    return 0


@main.group()
def new() -> None:
    """Skeletons in the project: `new connector NAME`."""


@new.command()
@configured
@click.argument("name")
@as_json_option
def connector(path: Path, data: Path | None, debug: bool, name: str, as_json: bool) -> int:
    """A connector of a system NAME: its file, its staging models, its page. Nothing else is touched."""
    from crm360.orchestration.settings.new import new_connector

    console, files = Console(quiet=as_json), new_connector(path.parent, name)
    if as_json:
        console.json({"ok": True, "system": name, "written": files})
    for written in files:
        console.line(f"wrote   {written}")
    console.line(f"next    fill them in, add [sources.{name}] to {path.name}, then crm360 check {name}")
    return 0


@main.group()
def plan() -> None:
    """What the next run would do: `plan identities`, `plan segments`. Changes nothing."""


@main.command()
@configured
@click.option("--sandbox", is_flag=True, help="Serve the simulated company for this night, one day on after each.")
@click.option("--people", default=2000, show_default=True, help="With --sandbox: people in the company.")
@click.option("--systems", default="", metavar="NAME,…", help="With --sandbox: further systems of the company's.")
@click.option("--hold", is_flag=True, help="Publish nothing: show what would change, and wait for crm360 publish.")
@as_json_option
def run(
    path: Path,
    data: Path | None,
    debug: bool,
    sandbox: bool,
    people: int,
    systems: str,
    hold: bool,
    as_json: bool,
) -> int:
    """One whole night: pull, land, shape, audit, publish. Exit 0 only if it published and all of it is fresh."""
    config = further = _load(path, data, debug)
    from crm360.orchestration.run.launch import run_job

    if systems:
        from crm360.orchestration.run import demo

        if not sandbox:
            raise ConfigError("goes with --sandbox: your own systems stand in crm360.toml", where="--systems")
        further = demo.with_systems(config, [name.strip() for name in systems.split(",")])

    def night(console: Console) -> int:
        job = "prepare" if hold else "nightly"
        if sandbox:
            from crm360.orchestration.run import demo

            with demo.night(further, people, console.line) as served:
                code = run_job(served, console, job)
        else:
            code = run_job(config, console, job)
        if hold and not as_json:
            from crm360.orchestration.cli.shelf import show_held

            return show_held(config, console) or code
        return code

    return _telling(config, night, as_json)


def _telling(config: Config, work: Callable[[Console], int], as_json: bool) -> int:
    """Do a run's work, told as it goes, or at its end as one JSON object; then alert whoever must act."""
    work = alerting.and_tell(config, work)
    if not as_json:
        return work(Console(form=config.toml.log_format))
    from crm360.orchestration.cli.outcome import told_as_json

    return told_as_json(config, work)


@main.command()
@configured
@click.argument("streams", nargs=-1, metavar="[SOURCE[/STREAM]] ...")
@click.option("--full-refresh", is_flag=True, help="Read them from their beginning; nothing landed is forgotten.")
@as_json_option
def pull(
    path: Path, data: Path | None, debug: bool, streams: tuple[str, ...], full_refresh: bool, as_json: bool
) -> int:
    """Pull and land only: everything, or the named sources and streams."""
    config = _load(path, data, debug)
    from crm360.orchestration.run.pulling import pull_only

    def pulling(console: Console) -> int:
        return pull_only(config, streams, console, full_refresh=full_refresh)

    return _telling(config, pulling, as_json)


@main.command()
@configured
@as_json_option
def build(path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    """Build all models anew from what has been landed, and run their tests. Publishes nothing."""
    return _job("build", path, data, debug, as_json)


@main.command()
@configured
@as_json_option
def audit(path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    """Audit every table of the build that stands in the warehouse. Publishes nothing."""
    return _job("audit", path, data, debug, as_json)


@main.command()
@configured
@click.argument("version", required=False)
@as_json_option
def publish(path: Path, data: Path | None, debug: bool, version: str | None, as_json: bool) -> int:
    """Publish the build that stands in the warehouse, if it is whole and is what the audit let through.

    With VERSION: show that kept version again, in place of the newest one.
    """
    if version is None:
        return _job("publish", path, data, debug, as_json)
    config = _load(path, data, debug)
    from crm360.orchestration.cli.shelf import roll_back

    return roll_back(config, Console(), version, as_json)


@main.command()
@configured
@as_json_option
def versions(path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    """The published versions that are kept, newest first."""
    config = _load(path, data, debug)
    from crm360.orchestration.cli.shelf import show_versions

    return show_versions(config, Console(), as_json)


@main.command()
@configured
@click.argument("before", default="previous")
@click.argument("after", default="current")
@as_json_option
def diff(path: Path, data: Path | None, debug: bool, before: str, after: str, as_json: bool) -> int:
    """What differs between two published versions, by table, column and segment.

    'previous', 'current' and 'candidate' (the build that stands in the warehouse) are names of versions, too.
    """
    config = _load(path, data, debug)
    from crm360.orchestration.cli.shelf import show_diff

    return show_diff(config, Console(), before, after, as_json)


def _job(job: str, path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    config = _load(path, data, debug)
    from crm360.orchestration.run.launch import run_job

    return _telling(config, lambda console: run_job(config, console, job), as_json)


@main.command()
@configured
@click.argument("who", nargs=-1, required=True, metavar="EMAIL|CUSTOMER_ID ...")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--reason", default="", help="For the register of requests; no personal value.")
@as_json_option
def forget(
    path: Path, data: Path | None, debug: bool, who: tuple[str, ...], dry_run: bool, reason: str, as_json: bool
) -> int:
    """Erase persons for good: from landing, ledger, warehouse, published versions, logs. `-` reads them from stdin."""
    config = _load(path, data, debug)
    from crm360.orchestration.privacy.forget import forget as erase

    asked = [w for name in who for w in (sys.stdin.read().split() if name == "-" else [name])]
    return erase(config, asked, Console(), dry_run=dry_run, reason=reason, as_json=as_json)


@main.command("export-person")
@configured
@click.argument("who", metavar="EMAIL|CUSTOMER_ID")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="The folder; by default a new one, here.")
@as_json_option
def export_person(path: Path, data: Path | None, debug: bool, who: str, to: Path | None, as_json: bool) -> int:
    """All that is held about one person, with its sources: person.json, and person.html to read."""
    config = _load(path, data, debug)
    from crm360.orchestration.privacy.export import export

    return export(config, who, to, Console(), as_json)


@main.command()
@configured
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    """Is all that is kept as it was written: every landed batch, the ledger, every published version?"""
    config = _load(path, data, debug)
    from crm360.orchestration.cli.verifying import verify as check_all

    return check_all(config, Console(), as_json)


@main.command()
@configured
@click.argument("sources", nargs=-1)
@as_json_option
def check(path: Path, data: Path | None, debug: bool, sources: tuple[str, ...], as_json: bool) -> int:
    """Can each source be reached, with these credentials, and what would become of its first records?"""
    config = _load(path, data, debug)
    from crm360.orchestration.cli.inspection import check_sources

    return check_sources(config, sources, Console(), as_json)


@main.command()
@configured
@as_json_option
def status(path: Path, data: Path | None, debug: bool, as_json: bool) -> int:
    """Last runs, freshness, counts in and out, what was rejected, which version is published."""
    config = _load(path, data, debug)
    from crm360.orchestration.cli.inspection import show_status

    return show_status(config, Console(), as_json)


@main.command()
def schema() -> int:
    """The JSON Schema of crm360.toml, for editors that complete and check it."""
    import msgspec

    from crm360.connectors.systems import CONNECTORS
    from crm360.orchestration.settings.schema import schema as made

    click.echo(msgspec.json.format(msgspec.json.encode(made(CONNECTORS)), indent=2).decode())
    return 0


@plan.command()
@configured
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file for who enters and leaves.")
@as_json_option
def segments(path: Path, data: Path | None, debug: bool, to: Path | None, as_json: bool) -> int:
    """Who would enter and leave which segment by segments.yml as it stands now. Changes nothing."""
    config = _load(path, data, debug)
    from crm360.orchestration.plan.segments import show_trial

    return show_trial(config, to, Console(), as_json)


@main.command("import-rates")
@configured
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only rates from this day on.")
@click.option("--currency", "currencies", multiple=True, help="Only this currency; may be given several times.")
@as_json_option
def import_rates(
    path: Path,
    data: Path | None,
    debug: bool,
    file: Path,
    since: datetime | None,
    currencies: tuple[str, ...],
    as_json: bool,
) -> int:
    """Fill the exchange rates from the European Central Bank's FILE (eurofxref-hist.csv)."""
    config = _load(path, data, debug)
    from crm360.orchestration.settings.rates import merge, read

    day = since.date() if since else None
    before, after = merge(read(file, config.toml.base_currency, day, [c.upper() for c in currencies]), config.project)
    if as_json:
        Console().json({"ok": True, "rates": after, "new": after - before})
        return 0
    Console().line(f"rates   {after:,} in exchange_rates.csv, {after - before:,} new; the next run uses them")
    return 0


@plan.command()
@configured
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file for every record that changes.")
@as_json_option
def identities(path: Path, data: Path | None, debug: bool, to: Path | None, as_json: bool) -> int:
    """Whose customer id would be new, moved, merged or split if a night ran now. Changes nothing."""
    config = _load(path, data, debug)
    from crm360.orchestration.plan.identities import show_trial

    return show_trial(config, to, Console(), as_json)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@configured
@as_json_option
def docs(path: Path, data: Path | None, debug: bool, folder: Path | None, as_json: bool) -> int:
    """Build the documentation into FOLDER (data/docs if left out): a site that needs no network, with the reference of
    this project's commands, keys, entities and tables, and dbt's docs."""
    config = _load(path, data, debug)
    from crm360.orchestration.docs.site import build

    page = build(config, folder or config.data / "docs")
    if as_json:
        Console().json({"ok": True, "page": str(page)})
        return 0
    Console().line(f"docs    {page}")
    return 0


@main.command()
@click.option("--people", default=2000, show_default=True, help="People in the company.")
@click.option("--seed", default=7, show_default=True, help="Another number is another company.")
@click.option("--day", default=0, show_default=True, help="Nights since the company's story begins.")
@click.option("--port", default=8360, show_default=True, help="Of the APIs, on loopback.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def sandbox(people: int, seed: int, day: int, port: int, debug: bool) -> int:
    """Serve the simulated company's vendor APIs on loopback, until interrupted."""
    from crm360.orchestration.run import demo

    demo.serve(people, seed, day, port)
    return 0


@main.command()
@configured
@click.option("--port", default=3000, show_default=True, help="Of the page, on loopback.")
@click.option("--listen", default="127.0.0.1", show_default=True, help="Address; any but loopback's needs a token.")
@click.option("--name", "names", multiple=True, metavar="HOST[:PORT]", help="By what else browsers reach the page.")
def serve(path: Path, data: Path | None, debug: bool, port: int, listen: str, names: tuple[str, ...]) -> int:
    """Dagster's page and daemon, with the nightly schedule on, until interrupted; beside it /health and /metrics."""
    config = _load(path, data, debug)
    if (
        not listen.startswith("127.")
        and listen not in ("localhost", "::1")
        and not os.environ.get("CRM360_SERVE_TOKEN")
    ):
        raise ConfigError(f"to listen on {listen} set CRM360_SERVE_TOKEN: who has it may log in", where="arguments")
    if not 0 < port < 65536:
        raise ConfigError("a port is between 1 and 65535", where="arguments")
    from crm360.orchestration.run.launch import serve_dagster

    return serve_dagster(config, port, listen, names)


for its in (alerting, defining, handing, keeping, looking, parts, pushing):
    for its_command in its.COMMANDS:
        main.add_command(its_command)

# The words of version 0.1.0 go on working for a version.
for old, command in {"segments": segments, "identities": identities, "rates": import_rates}.items():
    main.add_command(
        click.Command(old, callback=command.callback, params=command.params, hidden=True, deprecated=True), old
    )
