"""Any SQL database that SQLAlchemy speaks to: its tables or queries, mapped to entities in crm360.toml.

    first night, or no `changed`   select * … where key > (last) order by key                        everything
    every night                    select * … where (changed, key) > (last) order by changed, key    the window
                                   select * … where changed is null                                  what it can't show
                                   select key … where key > (last) order by key                      for deletes

Keyset pages, each its own short statement: nothing is held open in the database, and rows that change meanwhile are
neither lost nor read for ever. The URL holds no password: it, or the whole URL, comes from the environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.errors import BadResponse, ConfigError
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.mapped import near
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import ChangedAs, RecordSchema
from crm360.connectors.engine.rows import RowReader, earliest_local, epoch_ms
from crm360.connectors.engine.sql import SET_UP, Answer, Database, exact, opened
from crm360.connectors.engine.stream import Declared, Stream, Table, Window

ROWS = 10_000  # a page
BYTES = (bytes, bytearray, memoryview)


class DatabaseTable(Table, forbid_unknown_fields=True, kw_only=True):
    """A stream's table in crm360.toml: a `table` (`schema.table`) or a `query`. `lookback` is in seconds."""

    table: Annotated[str, Meta(description="The table, or schema.table, that is read. Either this or `query`.")] = ""
    query: Annotated[str, Meta(description="A select whose result is read, in place of a table.")] = ""
    changed_as: Annotated[ChangedAs, Meta(description="How `changed` is written.")] = "iso"
    lookback: Annotated[
        float, Meta(description="Seconds before the last change seen that are read again, for what commits late.")
    ] = 300.0
    deletes: Annotated[
        Literal["sweep", "none"],
        Meta(description="Whether all keys are compared every night (`sweep`), or nothing is ever deleted (`none`)."),
    ] = "sweep"


def stream(name: str, table: DatabaseTable) -> Stream:
    """The stream that a [sources.<name>.streams.<stream>] table describes. Raises ConfigError."""
    if bool(table.table) == bool(table.query):
        raise ConfigError("a stream of a database has either a table or a query", where=name)
    if not table.key:
        raise ConfigError("key is missing: the columns that tell the rows apart", where=name)
    return Stream(
        name,
        "mapped",
        table.table,
        table.schema(changed_as=table.changed_as),
        OnePage(),
        cursor=bool(table.changed),
        lookback=timedelta(seconds=table.lookback),
        deletes=(table.deletes,),
    )


@dataclass(frozen=True)
class Origin:
    """A stream's rows in the database, as SQL names them."""

    database: Database
    table: DatabaseTable

    @property
    def name(self) -> str:
        """What stands after `from`."""
        query = self.table.query.strip().rstrip(";")
        if query:
            return f"({query}) t"  # Oracle knows no `as` here
        return ".".join(self.database.quote(part) for part in self.table.table.split("."))

    def lacks_key(self, word: str = "or", test: str = "is null") -> str:
        """The condition that a row has no whole key."""
        return "(" + f" {word} ".join(f"{self.database.quote(k)} {test}" for k in self.table.key) + ")"

    @property
    def has_key(self) -> str:
        """The condition that a row has a whole key."""
        return self.lacks_key("and", "is not null")

    @property
    def never_changed(self) -> str:
        """The condition that the window can't show a row: it has no time of change."""
        changed = _literal(self.database.quote(self.table.changed))
        return self.database.never(changed) if self.table.changed_as == "iso" else f"{changed} is null"

    def select(self, conditions: Sequence[str], order: Sequence[str], columns: Sequence[str] = ()) -> sa.Select[Any]:
        """A page; the conditions are SQL, the columns (all if none) and the order are names."""
        wanted = ", ".join(self.database.quote(c) for c in columns) or "*"
        asked = sa.select(sa.text(_literal(wanted))).select_from(sa.text(_literal(self.name)))
        asked = asked.where(*(sa.text(c) for c in conditions))
        return asked.order_by(*(sa.text(_literal(self.database.quote(o))) for o in order)).limit(ROWS)

    def beyond(self, order: Sequence[str]) -> str:
        """The condition that a row comes after the values :after0, :after1, … of `order`.

        Spelt out, since not all databases compare rows; the first half lets an index on the first column serve.
        """
        first, *others = (_literal(self.database.quote(o)) for o in order)
        later = f"{first} > :after0"
        names = [first, *others]
        for n, name in enumerate(others, 1):
            equal = " and ".join(f"{names[m]} = :after{m}" for m in range(n))
            later += f" or ({equal} and {name} > :after{n})"
        return f"({first} >= :after0 and ({later}))"


def read(context: Context) -> Iterator[Chunk]:
    """What the window shows and what it can't; then all keys, if deletes are to be seen."""
    table: DatabaseTable = context.options["stream"]
    url = context.secrets.get("url") or context.settings["url"]
    if not url:
        raise ConfigError(
            f"the setting url, or the environment variable CRM360_{context.source.upper()}_URL, is missing",
            where=context.where,
        )
    with opened(url, context.secrets.get("password"), context.options["base"], context.where) as database:
        origin, lower, now = Origin(database, table), context.window.lower, database.now()
        if now is not None and context.resume is None:  # changes are dated by its clock, and so is our cursor
            context.window = Window(lower, now - context.stream.source_lag)
        context.end_proof = "the last page was not full"
        # What it has is asked first, for a database names no column that a condition lacks.
        _check(context, database.ask(origin.select(["1 = 0"], ()), {}).columns)
        since, given = [], {}
        if lower is not None:
            changed = _literal(database.quote(table.changed))
            # Whether it shows those clocks or has a zone of its own, nothing says: the earlier bound holds for both.
            begin = min(lower, earliest_local(lower, table.time_zone))
            since, given = [f"{changed} >= :lower"], {"lower": _bound(begin, table.changed_as, database.dialect)}
        order = [*([table.changed] if since else []), *table.key]
        yield from _records(context, origin, [origin.has_key, *since], order, given, context.resume)
        yield from _records(context, origin, [origin.lacks_key(), *since], (), given)
        if lower is not None:
            yield from _records(
                context, origin, [origin.has_key, origin.never_changed], table.key, dedup_against_all=True
            )
            if table.deletes == "sweep":
                keys = RowReader(RecordSchema(key=tuple(table.key)))
                for page, _ in _pages(context, origin, [origin.has_key], table.key, {}, columns=table.key):
                    yield Chunk(keys.rows(page.records()), "keys")


def _records(
    context: Context,
    origin: Origin,
    conditions: Sequence[str],
    order: Sequence[str],
    given: Mapping[str, Any] | None = None,
    after: Sequence[Any] | None = None,
    *,
    dedup_against_all: bool = False,
) -> Iterator[Chunk]:
    reader = RowReader(context.stream.row)
    for page, last in _pages(context, origin, conditions, order, given or {}, after):
        if page.rows or not dedup_against_all:
            resumable = last is not None and not dedup_against_all and not any(isinstance(v, BYTES) for v in last)
            resume = [exact(v) for v in last] if last is not None and resumable else None
            found = _dated(reader.rows(page.records()), context, dedup_against_all=dedup_against_all)
            yield Chunk(found, resume=resume, dedup_against_all=dedup_against_all)


def _dated(rows: Iterator[LandedRecord], context: Context, *, dedup_against_all: bool) -> Iterator[LandedRecord]:
    """Rows without a change time, with one by the database's clock.

    Those of the first night count as older than any change that could still show up late; later on it is the change
    itself that was seen now.
    """
    stream, upper = context.stream, context.window.upper
    time = upper + stream.source_lag if dedup_against_all else upper - stream.lookback
    for row in rows:
        is_dated = row.changed_at is not None or not stream.cursor or row.rejected_because is not None
        yield row if is_dated else msgspec.structs.replace(row, changed_at=time)


def _pages(
    context: Context,
    origin: Origin,
    conditions: Sequence[str],
    order: Sequence[str],
    given: Mapping[str, Any],
    after: Sequence[Any] | None = None,
    columns: Sequence[str] = (),
) -> Iterator[tuple[Answer, list[Any] | None]]:
    """(rows, the last one's values of `order`) until a page is not full. Without an order there is one page."""
    while True:
        more = [origin.beyond(order)] if after else []
        bound = {**given, **{f"after{n}": value for n, value in enumerate(after or ())}}
        page = origin.database.ask(origin.select([*conditions, *more], order, columns), bound)
        rows = page.rows
        context.pages += 1
        if not columns:
            _check(context, page.columns)
        if list(order) == origin.table.key and len({tuple(r[k] for k in order) for r in rows}) < len(rows):
            raise BadResponse(f"several rows have the same key {', '.join(order)}", where=context.where, who=SET_UP)
        full = len(rows) == ROWS and bool(order)
        after = [rows[-1][o] for o in order] if full else None
        yield page, after
        if not full:
            return


def _check(context: Context, names: Sequence[str]) -> None:
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadResponse(f"two columns are named {twice[0]!r}", where=context.where, who=SET_UP)
    for kind, wanted in (("key", context.stream.row.key), ("mapped", context.options["mapped"])):
        lacking = sorted(set(wanted) - set(names))
        if lacking:
            told = f"there is no {kind} column {lacking[0]!r}{near(lacking[0], names)}"
            raise BadResponse(told, where=context.where, who=SET_UP)


def _literal(sql: str) -> str:
    """SQL in which SQLAlchemy finds no parameter of its own."""
    return sql.replace(":", "\\:")


def _bound(lower: Any, kind: ChangedAs, dialect: str) -> Any:
    """The window's lower bound, of the kind that the column holds."""
    if kind != "iso":
        return epoch_ms(lower) if kind == "epoch_ms" else epoch_ms(lower) // 1000
    # As text it is compared as whatever the column is, and among texts it comes before the 'T' of its own day.
    return lower.isoformat(sep=" ") if dialect in ("postgresql", "sqlite") else lower


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """What is wrong with the setting `url`."""
    try:
        make_url(settings["url"] or "sqlite://")
    except (ArgumentError, ValueError):
        return "the url is not one of SQLAlchemy's: dialect://user@host/database"
    return None


DATABASE = Connector(
    "database",
    (),
    read=read,
    settings={"url": ""},
    meanings={"url": "SQLAlchemy's URL of the database, without a password; or CRM360_<SOURCE>_URL holds all of it."},
    secrets=(),
    optional_secrets=("url", "password"),
    declared=Declared(DatabaseTable, stream),
    wrong=wrong,
)
