"""What a run would make of the first records of a stream: how many would be landed, which fields would stay empty.

The records go through the very SQL of a run (settings/macros.py), in memory; nothing is landed, and nothing told holds
a value, only counts, fields and shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from crm360 import duck
from crm360.connectors.engine.columns import flags, texts, times
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.mapped import MappedFields, near
from crm360.orchestration.plan import locale_guess
from crm360.orchestration.run import runs
from crm360.orchestration.settings.limits import StreamLimits
from crm360.orchestration.settings.macros import Macros, fields_of, id_of

HALF = 0.5  # of a field's texts: more than that is a way of writing, not dirt
MOST_TEXTS = 300


@dataclass(frozen=True)
class Unreadable:
    """A field of which so many of the texts that are there can't be read, mostly of this shape."""

    entity: str
    field: str
    count: int
    of: int
    shape: str


@dataclass
class Content:
    """What the first records of a stream would become."""

    received: int = 0
    landed: int = 0
    quarantined: int = 0
    equal: int = 0  # to another record of the piece
    reasons: list[tuple[str, int]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    absent: str = ""  # a mapped field that no record has, in a sentence
    lines: list[str] = field(default_factory=list)  # to add to the stream's table
    open: list[str] = field(default_factory=list)  # what only a person can decide
    currencies: set[str] = field(default_factory=set)

    def fails(self, limit: StreamLimits) -> bool:
        """Whether a run would refuse the stream, or get nothing worth having out of it."""
        rejected = self.received - self.landed
        misread = any(u.count > HALF * u.of for u in self.unreadable)
        most = max((u.count for u in self.unreadable), default=0)
        return bool(
            self.absent
            or limit.refuses(rejected, self.received)
            or misread
            or limit.stops_at(most, self.quarantined, self.received)
        )

    @property
    def detail(self) -> str:
        """In a few words: '288 of 300 would be landed; empty: city; unreadable: birth_date 300 of 300 (99.99.9999)'."""
        told = [f"{self.landed:,} of {self.received:,} would be landed"]
        told += [f"{count:,} rejected: {reason}" for reason, count in self.reasons[:2]]
        if self.equal:
            told.append(f"{self.equal:,} equal to another one, and dropped")
        if self.absent:
            told.append(self.absent)
        if self.empty:
            told.append(f"empty: {', '.join(self.empty)}")
        told += [f"{u.field} unreadable in {u.count:,} of {u.of:,} ({u.shape})" for u in self.unreadable]
        return "; ".join(told)


def judge(rows: Iterable[LandedRecord], mappings: Iterable[Mapping[str, Any]], mapped: Iterable[str]) -> Content:
    """What these rows of one stream would become by its mappings."""
    content, fields, good = Content(), MappedFields.of(mapped), []
    reasons: Counter[str] = Counter()
    for row in rows:
        content.received += 1
        if row.rejected_because is not None:
            reasons[row.rejected_because.split(": ")[0]] += 1
            continue
        good.append(row)
        if row.record is not None:
            fields.look(row.record.encode())
    content.landed = len(good)
    content.equal = len(good) - len({row.record_id for row in good})
    content.reasons = reasons.most_common()
    if fields.lacking and fields.records:
        name = min(fields.lacking)
        content.absent = f"no record has the mapped field {name!r}{near(name, fields.found)}"
    with duck.connect(config={"threads": 2}) as con:
        con.execute("set timezone = 'UTC'")
        con.execute("create schema mapped")
        for mapping in mappings:
            _entity(con, mapping, good, content)
    return content


def _entity(
    con: duckdb.DuckDBPyConnection, mapping: Mapping[str, Any], rows: list[LandedRecord], content: Content
) -> None:
    """Make one entity of the rows, and note what can't be read of it."""
    today = runs.utc_now().date().isoformat()
    entity, macros = mapping["entity"], Macros({"mappings": [mapping], "as_of": today})
    con.execute(
        f"""create or replace table mapped.{entity} (source text, stream text, record_id text, record text,
        changed_at timestamp, is_deleted boolean, rejected_because text, extracted_at timestamp, batch_id text)"""
    )
    if rows:
        columns = [
            texts([r.record_id for r in rows]),
            texts([r.record for r in rows]),
            times([r.changed_at for r in rows]),
        ]
        given = pa.table([*columns, flags([r.is_deleted for r in rows])], ["id", "record", "changed_at", "gone"])
        con.register("given", given)
        con.execute(
            f"""insert into mapped.{entity}
            select ?, ?, id, record, changed_at, gone, null, now()::timestamp, 'checked' from given""",
            [mapping["source"], mapping["stream"]],
        )
    own = id_of(entity)
    columns_made = macros.call("columns_of", entity, own) | macros.call("mapped_beside", entity)
    sql = macros.call("mapped_stream", mapping, entity, own, columns_made)
    con.execute(f"create or replace temp table made as {sql}")
    kinds = fields_of(entity)
    errors = """select field, count(*), mode(shape) from (
        select split_part(error, '=', 1) as field, split_part(error, '=', 2) as shape
        from (select unnest(string_split(parse_errors, ';')) as error from made)
        where error not like '%=negative %'
    ) group by 1"""
    unread = {f: (n, shape) for f, n, shape in con.execute(errors).fetchall()}
    held = f"select count(*) from made where {macros.call('is_unreadable_for_sums', 'parse_errors')}"
    summed = entity in macros.call("summed_entities")
    content.quarantined = max(content.quarantined, con.execute(held).fetchall()[0][0] if summed else 0)
    for name in mapping["fields"]:
        ((filled,),) = con.execute(f"select count({name}) from made").fetchall()
        count, shape = unread.get(name, (0, ""))
        if count and not shape.startswith("year "):
            content.unreadable.append(Unreadable(entity, name, count, filled + count, shape))
            _propose(_said(con, macros, mapping, name), kinds[name], name, content)
        elif not filled and rows:
            content.empty.append(name)
    if "currency" in mapping["fields"]:
        content.currencies |= _currencies(con, macros)


def _currencies(con: duckdb.DuckDBPyConnection, macros: Macros) -> set[str]:
    told = con.execute(f"select distinct {macros.call('as_currency', 'currency')} from made").fetchall()
    return {currency for (currency,) in told if currency}


def _said(con: duckdb.DuckDBPyConnection, macros: Macros, mapping: Mapping[str, Any], name: str) -> list[str]:
    """The texts of one field, those that can be read among them: a way of writing must fit all."""
    keys = macros.call("mapped_keys", mapping)
    text = macros.call("mapped_text", mapping["fields"][name], keys, mapping.get("locale") or {})
    values = macros.call("json_values", "record", keys)
    opened = f"select {values} as v from mapped.{mapping['entity']}"
    sql = f"""select distinct trim(t) from (select {text} as t from ({opened}))
              where trim(t) <> '' limit {MOST_TEXTS}"""
    return [t for (t,) in con.execute(sql).fetchall()]


def _propose(said: list[str], kind: str, name: str, content: Content) -> None:
    nothing = locale_guess.nothing_words(said)
    values = [t for t in said if t not in nothing]
    if nothing:
        content.lines.append(f"null_words = {_listed(nothing)}")
    if kind in ("date", "timestamp"):
        iso = [t for t in values if not t[:4].isdigit() or "-" not in t[:5]]
        formats, rivals = locale_guess.date_formats(iso)
        if rivals:
            content.open.append(f"date_format: {name} fits {formats[0]!r} and {', '.join(map(repr, rivals[:3]))}")
        elif formats:
            content.lines.append(f"date_format = {_listed(formats)}")
    elif kind == "boolean":
        yes, no = locale_guess.words(values)
        content.lines += [f"true_words = {_listed(yes)}"] * bool(yes) + [f"false_words = {_listed(no)}"] * bool(no)
    elif kind != "string":
        found, is_open = locale_guess.number_format(values)
        if is_open:
            content.open.append(f"decimal: in {name} a comma or a point may stand for thousands or for a fraction")
        elif found is not None:
            content.lines.append(f'decimal = "{found[0]}"')
            content.lines += [f'thousands = "{found[1]}"'] * bool(found[1])


def _listed(values: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{v}"' for v in values) + "]"


def merged(lines: Iterable[str]) -> list[str]:
    """The lines of a table, each key once: of lists of patterns and words, all."""
    found: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.partition(" = ")
        parts = value.strip("[]").split(", ") if value.startswith("[") else [value]
        found[key] = list(dict.fromkeys([*found.get(key, []), *parts]))
    return [f"{k} = [{', '.join(v)}]" if k.endswith(("words", "format")) else f"{k} = {v[0]}" for k, v in found.items()]
