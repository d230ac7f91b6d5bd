"""What differs between two versions, or between one and the build that stands in the warehouse.

Rows are known by a table's key: the fewest leading columns that name each row once in both, as published tables have
them first. Where there is none, rows are compared whole, and no column is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from crm360 import duck
from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.publish import candidate, moved, versions
from crm360.quoting import identifier, literal

CANDIDATE, CURRENT, PREVIOUS = "candidate", "current", "previous"
KEY_AT_MOST = 5  # columns
EXAMPLES = 3
SEGMENTS, MEMBER = "customer_segments", ("customer_id", "dimension", "segment")


@dataclass(frozen=True)
class ColumnDiff:
    """How many rows that both have changed in one column, and some of their keys. `moved` is how much a sum moved by,
    as text, where the column is a number."""

    column: str
    changed: int
    examples: tuple[str, ...]
    moved: str | None = None


@dataclass(frozen=True)
class TableDiff:
    """One table. Counts are of rows; `changed` is None where the table has no key. A table that one side lacks has
    None for that side's rows."""

    table: str
    before: int | None
    after: int | None
    key: tuple[str, ...] = ()
    added: int = 0
    gone: int = 0
    changed: int | None = None
    columns: tuple[ColumnDiff, ...] = ()
    new_columns: tuple[str, ...] = ()
    gone_columns: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return (
            self.before is not None
            and self.after is not None
            and not (self.added or self.gone or self.changed or self.new_columns or self.gone_columns)
        )


@dataclass(frozen=True)
class Diff:
    """All tables that differ, by segment how many customers entered and left, who moved, and which metrics did."""

    before: str
    after: str
    tables: tuple[TableDiff, ...]
    same: int
    segments: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    moves: tuple[moved.Move, ...] = ()
    metrics: tuple[moved.MetricMove, ...] = ()


def compare(published: Path, warehouse: Path, before: str, after: str) -> Diff:
    """Compare two versions by name; 'current', 'previous' and 'candidate' (the warehouse) are names, too.

    Raises ConfigError for a name that is none.
    """
    names = [_resolved(published, name) for name in (before, after)]
    with _opened(published, warehouse, names) as con:
        sides = [_tables(con, side) for side in ("before", "after")]
        found = [_table(con, table, *(side.get(table) for side in sides)) for table in sorted({*sides[0], *sides[1]})]
        is_segmented = all(SEGMENTS in side for side in sides)
        segments, moves = (_segments(con), moved.moves(con)) if is_segmented else ({}, ())
        metrics = moved.metrics(con, sides)
    different = tuple(table for table in found if not table.is_same)
    return Diff(names[0], names[1], different, len(found) - len(different), segments, moves, metrics)


def _resolved(published: Path, name: str) -> str:
    there = versions.names(published) if published.is_dir() else []
    current = versions.current(published) if published.is_dir() else None
    if name == CANDIDATE or name in there:
        return name
    if name == CURRENT and current:
        return current
    if name == PREVIOUS and current in there and there.index(current) > 0:
        return there[there.index(current) - 1]
    told = f"there are {', '.join(there[-5:])}" if there else "nothing has been published yet"
    raise ConfigError(f"there is no version {name[:60]!r}; {told}", where="published")


@contextmanager
def _opened(published: Path, warehouse: Path, names: list[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both sides attached read-only, as schemas `before` and `after` with a view a table."""
    with duck.connect(config={"autoload_known_extensions": "false"}) as con:
        con.execute("set timezone = 'UTC'")
        for side, name in zip(("before", "after"), names, strict=True):
            path = warehouse if name == CANDIDATE else published / name / candidate.DATABASE
            if not path.exists():
                raise ConfigError(f"{name} has no tables to be read", where=path.name)
            schema = "marts" if name == CANDIDATE else "main"
            con.execute(f"attach {literal(str(path))} as {side}_file (read_only)")
            con.execute(f"create schema {side}")
            tables = "select distinct table_name from duckdb_columns() where database_name = ? and schema_name = ?"
            for (table,) in con.execute(tables, [f"{side}_file", schema]).fetchall():
                con.execute(f'create view {side}."{table}" as from {side}_file.{schema}."{table}"')
        yield con


def _tables(con: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    sql = """select table_name, column_name, data_type from duckdb_columns()
        where database_name = current_database() and schema_name = ? order by table_name, column_index"""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in con.execute(sql, [side]).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _table(
    con: duckdb.DuckDBPyConnection, table: str, old: dict[str, str] | None, new: dict[str, str] | None
) -> TableDiff:
    before = None if old is None else _count(con, f'before."{table}"')
    after = None if new is None else _count(con, f'after."{table}"')
    if old is None or new is None:
        return TableDiff(table, before, after)
    shared = [column for column in new if column in old]
    apart = tuple(c for c in new if c not in old), tuple(c for c in old if c not in new)
    key = _key(con, table, shared)
    if not key:
        names = ", ".join(map(identifier, shared))
        added, gone = (
            _count(con, f'(select {names} from {a}."{table}" except all select {names} from {b}."{table}")')
            for a, b in (("after", "before"), ("before", "after"))
        )
        return TableDiff(table, before, after, (), added, gone, None, (), *apart)
    on = " and ".join(f"a.{identifier(c)} is not distinct from b.{identifier(c)}" for c in key)
    both = f'before."{table}" as a join after."{table}" as b on {on}'
    added, gone = (
        _count(con, f'{x}."{table}" as b where not exists (from {y}."{table}" as a where {on})')
        for x, y in (("after", "before"), ("before", "after"))
    )
    columns = [c for c in (_column(con, both, column, new[column], key) for column in shared if column not in key) if c]
    differs = " or ".join(
        f"a.{identifier(c.column)}::text is distinct from b.{identifier(c.column)}::text" for c in columns
    )
    return TableDiff(
        table,
        before,
        after,
        key,
        added,
        gone,
        _count(con, f"{both} where {differs or 'false'}"),
        tuple(columns),
        *apart,
    )


def _key(con: duckdb.DuckDBPyConnection, table: str, shared: list[str]) -> tuple[str, ...]:
    for length in range(1, min(KEY_AT_MOST, len(shared)) + 1):
        names = ", ".join(map(identifier, shared[:length]))
        twice = f'(select 1 from {{}}."{table}" group by {names} having count(*) > 1 limit 1)'
        if not any(_count(con, twice.format(side)) for side in ("before", "after")):
            return tuple(shared[:length])
    return ()


def _column(
    con: duckdb.DuckDBPyConnection, both: str, column: str, kind: str, key: tuple[str, ...]
) -> ColumnDiff | None:
    name = identifier(column)
    where = f"{both} where a.{name}::text is distinct from b.{name}::text"
    changed = _count(con, where)
    if not changed:
        return None
    told = " || ' / ' || ".join(f"coalesce(b.{identifier(c)}::text, '')" for c in key)
    examples = con.execute(f"select {told} as told from {where} order by 1 limit {EXAMPLES}").fetchall()
    total_moved = None
    if kind.startswith(("DECIMAL", "BIGINT", "INTEGER", "DOUBLE", "HUGEINT")):
        ((total,),) = con.execute(f"select sum(b.{name}) - sum(a.{name}) from {where}").fetchall()
        total_moved = None if total is None else f"{total:+}" if not isinstance(total, float) else f"{total:+.4g}"
    return ColumnDiff(column, changed, tuple(e for (e,) in examples), total_moved)


def _segments(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[int, int]]:
    """By dimension and segment: how many customers are in it that were not, and the other way round."""
    names = ", ".join(MEMBER)
    rows = con.execute(
        f"""select dimension, segment, sum(entered)::bigint, sum("left")::bigint from (
            select dimension, segment, 1 as entered, 0 as "left" from
                (select {names} from after.{SEGMENTS} except select {names} from before.{SEGMENTS})
            union all
            select dimension, segment, 0, 1 from
                (select {names} from before.{SEGMENTS} except select {names} from after.{SEGMENTS})
        ) group by all order by all"""
    ).fetchall()
    return {(dimension, segment): (entered, left) for dimension, segment, entered, left in rows}


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    found: Any = con.execute(f"select count(*) from {relation}").fetchall()
    return int(found[0][0])
