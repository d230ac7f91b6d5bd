"""`crm360 bi superset`: what BI tools are handed, as it is typed and told."""

from __future__ import annotations

from pathlib import Path

import click

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config


@click.group()
def bi() -> None:
    """Dashboards as files, for BI tools: `bi superset`."""


@bi.command()
@configured
@click.option(
    "--url",
    metavar="ADDRESS",
    help="The database, as Superset reaches it: duckdb:////folder/file or postgresql://user@host:5432/db; by default "
    "the published file of this project. A password is left out.",
)
@click.option(
    "--output",
    metavar="FILE.zip",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("crm360_superset.zip"),
    show_default=True,
    help="Where the bundle is written.",
)
@as_json_option
def superset(path: Path, data: Path | None, debug: bool, url: str | None, output: Path, as_json: bool) -> int:
    """Write Superset's import bundle: datasets, charts and five dashboards over the published tables.

    `superset import-dashboards --path FILE.zip --username NAME` reads it, as its page and the import of assets do.
    """
    config = load_config(path, data, debug)
    from crm360.orchestration.bi import address, bundle, published
    from crm360.orchestration.bi.datasets import Reader
    from crm360.orchestration.report.language import Language
    from crm360.orchestration.report.look_of import look_of

    look, console = look_of(config), Console(quiet=as_json)
    where = address.of(config, url)
    with published.opened(config.published) as there:
        made = bundle.made(there, Reader(where, look, Language(look.language), config.toml.base_currency), look.company)
    try:
        output.write_bytes(made.zipped())
    except OSError as error:
        raise ConfigError(f"can't be written: {error.strerror}", where=f"--output {output}") from error
    charts = sum(made.dashboards.values())
    if as_json:
        console.json(
            {
                "ok": True,
                "file": str(output),
                "address": where.uri,
                "password_left_out": where.is_without_password,
                "dashboards": made.dashboards,
                "left_out": made.left_out,
            }
        )
    console.line(f"superset {output}: {len(made.dashboards)} dashboards, {charts} charts, over {where.uri}")
    if where.is_without_password:
        console.line("note    the password is not in it: Superset's page asks for it at the import")
    for figure, because in made.left_out.items():
        console.line(f"without {figure}: {because}")
    console.line(f"next    superset import-dashboards --path {output} --username NAME")
    return 0


COMMANDS = (bi,)
