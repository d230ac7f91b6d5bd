"""What Spark finds when dbt begins: landed batches where they lie, small facts as files, the tables that stand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from crm360 import duck
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog import sealed
from crm360.orchestration.catalog.warehouse import landed_views
from crm360.orchestration.settings.config import Config
from crm360.quoting import identifier, literal

# Where the process that runs dbt finds the plan.
PLAN = "CRM360_SPARK_PLAN"
PLAN_FILE = "plan.json"
# What DuckDB knows from the batches' footers and rows, and from the ledger: told to Spark as files.
TOLD = ("landing", "ledger")
# A batch's columns (connectors/engine/landing.py), as Spark calls their types.
LANDED = {
    "record_id": "string", "record": "string", "changed_at": "timestamp_ntz", "is_deleted": "boolean",
    "merged_into": "string", "rejected_because": "string", "extracted_at": "timestamp_ntz", "batch_id": "string",
}  # fmt: skip


class Table(msgspec.Struct, frozen=True):
    """A table that stands: its folder of Parquet files, and column → Spark's type."""

    schema: str
    name: str
    folder: str
    columns: dict[str, str]


class Tables(msgspec.Struct, frozen=True):
    """All that stand, and the folder of the last process of dbt that came to its end."""

    tables: tuple[Table, ...]
    step: str = ""


class Batches(msgspec.Struct, frozen=True):
    """The batches of one stream of one source: a path, or a pattern of paths."""

    source: str
    stream: str
    paths: str


class View(msgspec.Struct, frozen=True):
    """What dbt calls a source: landed batches, or one file; without either it has no rows."""

    schema: str
    name: str
    batches: tuple[Batches, ...] = ()
    with_stream: bool = False
    file: str = ""


class Plan(msgspec.Struct, frozen=True):
    """All that one process of dbt on Spark needs to know."""

    master: str
    driver_memory: str
    settings: dict[str, str]
    step: str  # the folder that its tables are written into
    catalog: str
    views: tuple[View, ...]
    standing: tuple[Table, ...]


def make_plan(config: Config, folder: Path, standing: Tables) -> Plan:
    """Write the plan of the next process of dbt, and the files that it names. Reads the views of the warehouse."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    step = folder / f"{1 + max((int(p.name) for p in folder.iterdir() if p.name.isdigit()), default=0):06d}"
    facts = step / "facts"
    facts.mkdir(parents=True, mode=0o700)
    views = (*_landed(config), *_told(config, facts))
    settings = config.toml.engine
    plan = Plan(
        settings.master,
        settings.driver_memory,
        settings.settings,
        str(step),
        str(folder / "catalog.json"),
        views,
        standing.tables,
    )
    sealed.write(folder / PLAN_FILE, plan)
    return plan


def read_plan() -> Plan:
    """The plan that this process was started for."""
    plan = sealed.read(Path(os.environ[PLAN]), Plan)
    if plan is None:
        raise SystemExit("Spark's plan is not there or not as it was written")
    return plan


def _landed(config: Config) -> Iterator[View]:
    store = Landing(config.landing)
    for view in landed_views(config):
        found = tuple(batches_of(store, view.pairs))
        yield View(view.schema, view.name, found, view.with_stream)


def batches_of(store: Landing, pairs: Iterable[tuple[str, str]]) -> Iterator[Batches]:
    """The files of these sources' streams that stand, those of one folder together."""
    for source, stream in pairs:
        files = [path for path, _ in store.standing(source, stream)[0]]
        if files:
            folder, names = files[0].parent, [path.name for path in files]
            whole = len(names) == sum(1 for _ in folder.glob("*.parquet"))
            yield Batches(source, stream, str(folder / ("*.parquet" if whole else f"{{{','.join(names)}}}")))


def _told(config: Config, facts: Path) -> Iterator[View]:
    with duck.connect(config.warehouse, read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        views = "select schema_name, view_name from duckdb_views() where list_contains(?, schema_name) order by all"
        for schema, name in con.execute(views, [list(TOLD)]).fetchall():
            file = facts / f"{schema}_{name}.parquet"
            con.execute(f"copy {identifier(schema)}.{identifier(name)} to {literal(file)} (format parquet)")
            yield View(schema, name, file=str(file))
