"""`crm360 alerts`, and what every run does at its end: tell whoever must act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm360.connectors.engine.errors import BusyError, Crm360Error
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config

if TYPE_CHECKING:
    from crm360.orchestration.settings.config import Config


def and_tell(config: Config, work: Callable[[Console], int]) -> Callable[[Console], int]:
    """The work, and then alerts of what is wrong and of what is well again, however the work ended."""
    if not config.toml.alerts.channels:
        return work

    def both(console: Console) -> int:
        from crm360.orchestration.alerts.channels import Undelivered

        try:
            code = work(console)
        except BusyError:
            raise
        except Crm360Error:
            try:
                _tell(config, console)
            except Crm360Error as untold:
                console.line(f"failed  {untold}")
            raise
        try:
            _tell(config, console)
        except Undelivered as untold:
            if code == 0:
                raise
            console.line(f"failed  {untold}")
        return code

    return both


def _tell(config: Config, console: Console) -> None:
    from crm360.orchestration.alerts.deliver import deliver

    for alert in deliver(config):
        console.line(f"alert   {alert.sentence}")


@click.command()
@configured
@click.option("--test", "is_test", is_flag=True, help="Send one alert, of nothing, by every way that is set up.")
@click.option("--send", is_flag=True, help="Send what nobody has been told yet: for a cron line beside the run's.")
@as_json_option
def alerts(path: Path, data: Path | None, debug: bool, is_test: bool, send: bool, as_json: bool) -> int:
    """What is wrong now, who must act, and who has been told. Exit code 7 where an alert could not be delivered.

    Runs send alerts by themselves when they end; `--send` notices a run that did not begin.
    """
    config = load_config(path, data, debug)
    from crm360.orchestration.alerts import deliver

    console = Console(quiet=as_json)
    if is_test:
        return _test(config, console)
    if send:
        try:
            _tell(config, console)
        except Crm360Error as error:
            console.line(f"failed  {error}")
    return _show(config, console, deliver.undelivered(config))


def _test(config: Config, console: Console) -> int:
    from crm360.orchestration.alerts import deliver
    from crm360.orchestration.alerts.channels import Undelivered

    results = deliver.test(config)
    failed = {name: why for name, why in results.items() if why}
    if not results:
        console.line("nothing is set up: [alerts.webhook], [alerts.email] or [alerts.command] of crm360.toml says how")
    for name, why in results.items():
        console.line(f"failed  {why}" if why else f"sent    by {name}")
    if console.is_quiet:
        console.json({"ok": not failed, "sent": sorted(set(results) - set(failed)), "failed": failed})
    return Undelivered.exit_code if failed else 0


def _show(config: Config, console: Console, undelivered: list[str]) -> int:
    from crm360.moments import utc_now
    from crm360.orchestration.alerts import causes, deliver
    from crm360.orchestration.alerts.channels import Undelivered
    from crm360.orchestration.alerts.message import Alert

    told = {entry.cause.key: entry for entry in deliver.read(config) if entry.over_at is None}
    found = causes.find(config, utc_now(), told)
    alerts = [Alert("standing", c, deliver.project(config), utc_now(), config.toml.alerts.link) for c in found]
    if console.is_quiet:
        entries = {key: entry.told for key, entry in told.items()}
        standing = [alert.fields | {"told": entries.get(alert.cause.key, [])} for alert in alerts]
        console.json({"ok": not undelivered, "standing": standing, "undelivered": undelivered})
    for alert in alerts:
        known = told.get(alert.cause.key)
        console.line(f"alert   {alert.sentence}")
        console.line(
            f"        told by {', '.join(known.told)}" if known and known.told else "        nobody has been told"
        )
    if not alerts:
        console.line("nothing is wrong")
    for why in undelivered:
        console.line(f"failed  {why}")
    return Undelivered.exit_code if undelivered else 0


COMMANDS = (alerts,)
