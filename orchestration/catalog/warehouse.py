"""The warehouse file, and what dbt finds in it: views over the committed batches, the sync history, the ledger.

The views are made anew before every build, from the batches that stand in landing at that moment, so a build
never sees half of a night. The warehouse holds nothing that can't be built again from landing and ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from crm360 import duck
from crm360.connectors.engine.connector import Connector
from crm360.connectors.engine.landing import Landing
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.catalog.landed import (
    NOTHING,
    NOTHING_OF_STREAMS,
    batches,
    contents,
    show_landed,
    streams_of,
    view,
)
from crm360.orchestration.catalog.ledger import BOOKS, ledger_view
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.mapping import ENTITIES


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
            with duck.connect(warehouse) as con:
                con.execute("select count(*) from duckdb_tables()").fetchall()
        except duckdb.Error:
            damaged = True
    if damaged:
        log.unlink(missing_ok=True)
        warehouse.unlink(missing_ok=True)


class LandedView(NamedTuple):
    """A view that dbt reads landed batches by: of which (source, stream) pairs, and whether it tells the stream."""

    schema: str
    name: str
    pairs: list[tuple[str, str]]
    with_stream: bool


def register_config(config: Config, warehouse: Path) -> None:
    """Make, in this warehouse, the views on all that the configuration has landed and on its ledger."""
    register(warehouse, config.landing, config.ledger, _systems(config), _mapped(config), config.connectors)


def keys(config: Config) -> dict[str, str]:
    """Of each of these views (`schema.name`) a key that is another one once its rows are.

    What tells of pulls, such as `landing.batches`, has none: it is another thing after every night.
    """
    store = Landing(config.landing)
    everything = [(s.name, stream) for s in config.sources for stream in streams_of(config.landing, s.name)]
    found = {f"{v.schema}.{v.name}": contents(store, v.pairs) for v in landed_views(config)}
    found["landing.versions"] = contents(store, everything)
    found |= {f"ledger.{book.name}": [ledger_view(config.ledger, book)] for book in BOOKS}
    return {name: key_of(told) for name, told in found.items()}


def key_of(told: Iterable[str]) -> str:
    """One key of all that tells a view's rows."""
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def landed_views(config: Config) -> Iterator[LandedView]:
    """The views `<system>.<stream>` and `mapped.<entity>` of a configuration."""
    return _landed_views(_systems(config), _mapped(config), config.connectors)


def _systems(config: Config) -> dict[str, str]:
    return {s.name: s.connector.system for s in config.sources}


def _mapped(config: Config) -> dict[str, list[tuple[str, str]]]:
    mapped: dict[str, list[tuple[str, str]]] = {}
    for m in config.mappings:
        mapped.setdefault(m["entity"], []).append((m["source"], m["stream"]))
    return mapped


def register(
    warehouse: Path,
    landing: Path,
    ledger: Path,
    sources: Mapping[str, str],
    mapped: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    connectors: Mapping[str, Connector] = CONNECTORS,
) -> None:
    """Make the views that dbt reads: `<system>.<stream>`, `mapped.<entity>`, `landing.*`, `ledger.*`.

    `sources` maps each source that is set up to its system; `mapped` maps an entity to its (source, stream)
    pairs. Every known system gets its views, empty ones too, so that all models always build.
    """
    open_clean(warehouse)
    store = Landing(landing)
    with duck.connect(warehouse) as con:
        for schema, name, pairs, with_stream in _landed_views(sources, mapped or {}, connectors):
            select = batches(store, pairs, with_stream)
            view(con, schema, name, select or (NOTHING_OF_STREAMS if with_stream else NOTHING))
        show_landed(con, landing, sources)
        for book in BOOKS:
            view(con, "ledger", book.name, ledger_view(ledger, book))


def _landed_views(
    sources: Mapping[str, str], mapped: Mapping[str, Iterable[tuple[str, str]]], connectors: Mapping[str, Connector]
) -> Iterator[LandedView]:
    for system, connector in connectors.items():
        for stream in connector.streams:
            here = [(s, stream.name) for s, its_system in sources.items() if its_system == system]
            yield LandedView(system, stream.name, here, False)
    for entity in ENTITIES:
        yield LandedView("mapped", entity, sorted(set(mapped.get(entity, ()))), True)
