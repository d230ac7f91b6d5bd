"""The build that stands in the warehouse, as the warehouse itself tells it, in its schema `crm360`.

    crm360.build   one row: which build, of which run, as of which day, over which batches of which streams
    crm360.nodes   one row a dbt node: of which build its last attempt was, in which step, and how it ended

Registering begins a build. Shape says of every node first that it is being worked on, then how it ended, so one that a
kill cut short never looks finished. Audit and publish ask whether the build is whole: everything of this build, nothing
older than what it was made from, and no test that fails or that was not run since. The day of the figures is fixed when
the build begins, so models that are built again later agree with the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from crm360 import duck
from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.run.facts import SourceFacts

BUILT = ("model", "seed", "snapshot")
WORKING = "is being built, or was when a run was killed"
GOOD = ("success", "pass", "warn", "no-op")
TABLES = """
    create schema if not exists crm360;
    create or replace table crm360.build (
        build_id varchar, run_id varchar, as_of date, registered_at timestamp, streams varchar,
        inputs varchar, goes_on_from varchar, from_step bigint);
    create table if not exists crm360.nodes (
        unique_id varchar primary key, build_id varchar, step bigint, status varchar, message varchar)"""


class NotBuilt(Crm360Error):
    """There is no build to work on, or it is not whole."""


class Inputs(msgspec.Struct, frozen=True):
    """Keys of what a build is made of: one of what all depends on, one of each view (`schema.name`) that dbt reads."""

    everywhere: str
    views: dict[str, str]


class Build(msgspec.Struct, frozen=True):
    """What a build is made of. Times are naive UTC.

    `goes_on_from` is the build of which it keeps nodes, if any; what it made itself is of steps after `from_step`.
    """

    build_id: str
    run_id: str
    as_of: date
    registered_at: datetime
    streams: tuple[SourceFacts, ...]
    inputs: Inputs | None = None
    goes_on_from: str = ""
    from_step: int = 0


class Node(msgspec.Struct, frozen=True):
    """How a dbt node ended. `status` is dbt's own word, or WORKING; `message` holds no value out of a row."""

    unique_id: str
    status: str
    message: str = ""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether it did what it should."""
        return self.status in GOOD


def begin(warehouse: Path, build: Build, kept: Collection[str] = ()) -> None:
    """Say that the views of this build stand, and that of the build before these nodes do, as they are."""
    with duck.connect(warehouse) as con:
        con.execute(TABLES)
        streams, inputs = (msgspec.json.encode(told).decode() for told in (build.streams, build.inputs))
        row = [build.build_id, build.run_id, build.as_of, build.registered_at, streams, inputs, build.goes_on_from]
        con.execute(
            "insert into crm360.build "
            "select $1, $2, $3, $4, $5, $6, $7, (select coalesce(max(step), 0) from crm360.nodes)",
            row,
        )
        con.execute(
            "update crm360.nodes set build_id = $1 where list_contains($2, unique_id)", [build.build_id, [*kept]]
        )


def note_inputs(warehouse: Path, inputs: Inputs) -> None:
    """Say that the build in the warehouse may be taken for one over these inputs."""
    with duck.connect(warehouse) as con:
        con.execute("update crm360.build set inputs = $1", [msgspec.json.encode(inputs).decode()])


def read(warehouse: Path) -> Build:
    """The build that stands in the warehouse. Raises NotBuilt."""
    rows = _rows(warehouse, "select * from crm360.build")
    if len(rows) != 1:
        raise NotBuilt("nothing has been built yet: run `crm360 build`", where="warehouse")
    build_id, run_id, as_of, registered_at, streams, *more = rows[0]
    facts = msgspec.json.decode(streams, type=tuple[SourceFacts, ...])
    if len(more) != 3:  # by a version of crm360 that made everything anew
        return Build(build_id, run_id, as_of, registered_at, facts)
    inputs, goes_on_from, from_step = more
    told = msgspec.json.decode(inputs, type=Inputs | None)
    return Build(build_id, run_id, as_of, registered_at, facts, told, goes_on_from, from_step)


def nodes(warehouse: Path) -> dict[str, tuple[str, int, Node]]:
    """Unique id → of which build the last attempt at a node was, in which step of it, and how it ended."""
    found = _rows(warehouse, "select unique_id, build_id, step, status, message from crm360.nodes")
    return {node: (build_id, step, Node(node, status, message)) for node, build_id, step, status, message in found}


def standing(warehouse: Path, build: Build, among: Iterable[str]) -> dict[str, Node]:
    """Those of these nodes that are good in this build already."""
    known = nodes(warehouse)
    found = ((name, known[name]) for name in among if name in known)
    return {name: node for name, (build_id, _, node) in found if build_id == build.build_id and node.is_good}


def made(warehouse: Path, build: Build) -> set[str]:
    """The names of the models that this build made itself."""
    found = nodes(warehouse).items()
    return {
        name.split(".")[2] for name, (_, step, _) in found if step > build.from_step and not name.startswith("test.")
    }


def start(warehouse: Path, build_id: str, chosen: Sequence[str]) -> int:
    """Say that these nodes are being built. Returns the number of the step."""
    with duck.connect(warehouse) as con:
        ((step,),) = con.execute("select coalesce(max(step), 0) + 1 from crm360.nodes").fetchall()
        _say(con, build_id, step, [Node(name, WORKING) for name in chosen])
    return int(step)


def finish(warehouse: Path, build_id: str, step: int, ended: Sequence[Node]) -> None:
    """Say how they ended."""
    with duck.connect(warehouse) as con:
        _say(con, build_id, step, ended)


def require_whole(warehouse: Path, manifest: Mapping[str, Any]) -> Build:
    """The build, if every node of dbt's manifest is whole in it. Raises NotBuilt, in one sentence."""
    build, known = read(warehouse), nodes(warehouse)
    problems = [*_problems(build, known, manifest)]
    if problems:
        more = f", and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise NotBuilt(f"the build is not whole: {'; '.join(problems[:3])}{more}", where="warehouse")
    return build


def wanted(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The nodes of dbt's manifest that a whole build works on, by their unique ids: models, seeds, snapshots, tests.

    Each comes after those that it is made from.
    """
    made_from = {name: node["depends_on"].get("nodes", ()) for name, node in manifest["nodes"].items()}
    ordered = ((name, manifest["nodes"].get(name)) for name in TopologicalSorter(made_from).static_order())
    return {
        name: node
        for name, node in ordered
        if node is not None
        and node["resource_type"] in (*BUILT, "test")
        and node["config"].get("materialized") != "ephemeral"
    }


def _problems(build: Build, known: Mapping[str, tuple[str, int, Node]], manifest: Mapping[str, Any]) -> Iterable[str]:
    all_of_it = wanted(manifest)
    for name, node in all_of_it.items():
        called = f"the {node['resource_type']} {node['name']}"
        build_id, step, ended = known.get(name, ("", 0, None))
        if ended is None or build_id != build.build_id:
            yield f"{called} was not {'run' if node['resource_type'] == 'test' else 'built'}"
        elif not ended.is_good:
            yield f"{called} {ended.message or ended.status}"
        else:
            later = [
                p
                for p in node["depends_on"].get("nodes", ())
                if p in all_of_it and known.get(p, ("", 0, None))[1] > step
            ]
            if later:
                yield f"{called} is older than {all_of_it[later[0]]['name']}, which it is made from"


def _say(con: duckdb.DuckDBPyConnection, build_id: str, step: int, said: Sequence[Node]) -> None:
    columns = ([n.unique_id for n in said], [n.status for n in said], [n.message for n in said])
    con.execute(
        """insert or replace into crm360.nodes
           select node, $4, $5, status, message
           from (
               select unnest($1::varchar[]) as node, unnest($2::varchar[]) as status, unnest($3::varchar[]) as message
           )""",
        [*columns, build_id, step],
    )


def _rows(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    if not warehouse.exists():
        return []
    try:
        with duck.connect(warehouse, read_only=True) as con:
            return con.execute(sql).fetchall()
    except duckdb.CatalogException:
        return []
    except duckdb.Error as error:
        raise NotBuilt("the warehouse can't be read: run `crm360 build`", where="warehouse") from error
