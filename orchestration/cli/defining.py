"""`crm360 metrics`, as it is typed and told."""

from __future__ import annotations

from pathlib import Path

import click

from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config


@click.command()
@configured
@click.argument("name", required=False)
@as_json_option
def metrics(path: Path, data: Path | None, debug: bool, name: str | None, as_json: bool) -> int:
    """The metrics, delivered ones and those of the project's models/, each with its one definition; or NAME alone.

    The report, MetricFlow and BI tools that read dbt's manifest count by the same definitions.
    """
    config = load_config(path, data, debug)
    from crm360.connectors.engine.errors import ConfigError
    from crm360.orchestration.report import metrics as defined

    console, known = Console(quiet=as_json), defined.of(config.project)
    if name is not None and name not in known:
        raise ConfigError(f"there is no metric {name}; crm360 metrics lists them", where="NAME")
    told = [known[name]] if name else list(known.values())
    if as_json:
        console.json({"ok": True, "metrics": [{**one.told(), "formula": one.formula} for one in told]})
        return 0
    if name:
        for field, value in {**told[0].told(), "formula": told[0].formula}.items():
            if value:
                console.line(f"{field:12} {value}")
        return 0
    rows = [[one.name, one.label, one.unit, one.owner, one.table, one.formula] for one in told]
    console.table(f"{len(told)} metrics", ["metric", "label", "unit", "owner", "table", "formula"], rows)
    return 0


COMMANDS = (metrics,)
