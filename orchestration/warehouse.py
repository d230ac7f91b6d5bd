"""The warehouse file, and what dbt finds in it: views over the committed batches, the sync history, the ledger.

The views are made anew before every build, from the batches that stand in landing at that moment, so a build
never sees half of a night. The warehouse holds nothing that can't be built again from landing and ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from connectors.landing import FOOTER_KEY, Landing
from connectors.systems import CONNECTORS
from orchestration.config import ENTITIES, Config
from orchestration.ledger import BOOKS, ledger_view

NOTHING = """select null::varchar as source, null::varchar as record_id, null::varchar as record,
    null::timestamp as changed_at, null::boolean as is_deleted, null::varchar as merged_into,
    null::varchar as rejected_because, null::timestamp as extracted_at, null::varchar as batch_id where false"""
HISTORY = {
    "source": "varchar",
    "stream": "varchar",
    "batch_id": "varchar",
    "started_at": "timestamp",
    "finished_at": "timestamp",
    "source_time": "timestamp",
    "window_from": "timestamp",
    "window_to": "timestamp",
    "received": "bigint",
    "landed": "bigint",
    "duplicate": "bigint",
    "rejected": "bigint",
    "derived": "bigint",
    "deleted": "bigint",
    "pages": "bigint",
    "source_count": "bigint",
    "reading": "varchar",
    "complete": "boolean",
}


def open_clean(warehouse: Path) -> None:
    """Make sure that a warehouse can be opened; one that a killed run left unclean is dropped and built again.

    A log beside the file means that its last writer did not end well, and DuckDB opens a damaged log without a
    word, with data missing. Everything in it comes from landing, so nothing is lost by starting over.
    """
    log = warehouse.with_name(warehouse.name + ".wal")
    warehouse.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    damaged = log.exists()
    if warehouse.exists() and not damaged:
        try:
            with duckdb.connect(str(warehouse)) as con:
                con.execute("select count(*) from duckdb_tables()").fetchall()
        except duckdb.Error:
            damaged = True
    if damaged:
        log.unlink(missing_ok=True)
        warehouse.unlink(missing_ok=True)


def register_config(config: Config, warehouse: Path) -> None:
    """Make, in this warehouse, the views on all that the configuration has landed and on its ledger."""
    systems = {s.name: s.connector.system for s in config.sources}
    mapped: dict[str, list[tuple[str, str]]] = {}
    for m in config.mappings:
        mapped.setdefault(m["entity"], []).append((m["source"], m["stream"]))
    register(warehouse, config.landing, config.ledger, systems, mapped)


def register(
    warehouse: Path,
    landing: Path,
    ledger: Path,
    sources: Mapping[str, str],
    mapped: Mapping[str, Iterable[tuple[str, str]]] | None = None,
) -> None:
    """Make the views that dbt reads: `<system>.<stream>`, `mapped.<entity>`, `landing.*`, `ledger.*`.

    `sources` maps each source that is set up to its system; `mapped` maps an entity to its (source, stream)
    pairs. Every known system gets its views, empty ones too, so that all models always build.
    """
    open_clean(warehouse)
    store = Landing(landing)
    with duckdb.connect(str(warehouse)) as con:
        for system, connector in CONNECTORS.items():
            for stream in connector.streams:
                here = [(s, stream.name) for s, its_system in sources.items() if its_system == system]
                _view(con, system, stream.name, _batches(store, here))
        for entity in ENTITIES:
            pairs = sorted(set((mapped or {}).get(entity, ())))
            union = _batches(store, pairs, with_stream=True)
            _view(con, "mapped", entity, union or NOTHING.replace("select", "select null::varchar as stream,", 1))
        everything = [(s, stream) for s in sources for stream in _streams_of(landing, s)]
        files = [str(p) for s, stream in everything for p, _ in store.footers(s, stream)]
        _view(con, "landing", "batches", _history(files))
        _view(con, "landing", "rejections", _rejections(store, everything))
        for book in BOOKS:
            _view(con, "ledger", book.name, ledger_view(ledger, book))


def _streams_of(landing: Path, source: str) -> list[str]:
    folder = landing / source
    return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []


def _view(con: duckdb.DuckDBPyConnection, schema: str, name: str, select: str) -> None:
    con.execute(f'create schema if not exists "{schema}"')
    con.execute(f'create or replace view "{schema}"."{name}" as {select or NOTHING}')


def _listed(files: Iterable[str]) -> str:
    return ", ".join("'" + f.replace("'", "''") + "'" for f in files)


def _batches(store: Landing, pairs: Iterable[tuple[str, str]], with_stream: bool = False) -> str:
    parts = []
    for source, stream in pairs:
        files = [str(p) for p, _ in store.footers(source, stream)]
        if files:
            extra = f"'{stream}' as stream, " if with_stream else ""
            parts.append(f"select {extra}'{source}' as source, * from read_parquet([{_listed(files)}])")
    return " union all by name ".join(parts)


def _history(files: list[str]) -> str:
    columns = ", ".join(f"(footer->>'$.{name}')::{kind} as {name}" for name, kind in HISTORY.items())
    if not files:
        return f"select {', '.join(f'null::{k} as {n}' for n, k in HISTORY.items())} where false"
    key = FOOTER_KEY.decode()
    return f"""select {columns} from (
        select decode(value)::json as footer
        from parquet_kv_metadata([{_listed(files)}]) where decode(key) = '{key}')"""


def _rejections(store: Landing, everything: list[tuple[str, str]]) -> str:
    columns = "source, stream, record_id, rejected_because, extracted_at, batch_id"
    union = _batches(store, everything, with_stream=True)
    source = union or NOTHING.replace("select", "select null::varchar as stream,", 1)
    return f"select {columns} from ({source}) where rejected_because is not null"
