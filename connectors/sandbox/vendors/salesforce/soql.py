"""A small part of SOQL: one object, fields or COUNT(), conditions joined by AND, one order, a limit.

A text is compared without regard to capitals, as Salesforce does.

Rules: developer.salesforce.com, "SOQL and SOSL Reference", SELECT.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.server.reply import Refused
from crm360.connectors.sandbox.vendors.salesforce.ids import NAMING
from crm360.connectors.sandbox.vendors.salesforce.records import Rows

_QUERY = re.compile(
    r"\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<object>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>\w+)(?:\s+(?P<way>ASC|DESC))?)?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<|IN(?=\s*\())\s*(\(.+\)|'(?:[^'\\]|\\.)*'|\S+)\s*", re.IGNORECASE)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
MOST_WITH_ALL_FIELDS = 200


class Query(NamedTuple):
    """A query that was read. fields is empty for COUNT(), and None for FIELDS(ALL)."""

    object: str
    fields: list[str] | None
    counts: bool
    conditions: list[tuple[str, str, str]]
    order: str
    descending: bool
    limit: int | None


def malformed(text: str) -> Refused:
    return Refused(400, f"MALFORMED_QUERY: {text}")


def read(text: str) -> Query:
    """Raises Refused for what is no SOQL, or more of it than is understood here."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise malformed("unexpected token")
    fields = re.split(r"\s*,\s*", found["fields"])
    everything = fields == ["FIELDS(ALL)"]
    limit = int(found["limit"]) if found["limit"] else None
    if everything and (limit is None or limit > MOST_WITH_ALL_FIELDS):
        raise malformed(f"The SOQL FIELDS function must have a LIMIT of at most {MOST_WITH_ALL_FIELDS}")
    conditions = []
    for part in re.split(r"\s+AND\s+", found["where"] or "", flags=re.IGNORECASE):
        if part:
            condition = _CONDITION.fullmatch(part)
            if condition is None:
                raise malformed(f"unexpected token: {part}")
            conditions.append((condition[1], condition[2].upper(), condition[3]))
    counts = fields[0].upper() == "COUNT()"
    named = None if everything else [] if counts else fields
    descending = (found["way"] or "").upper() == "DESC"
    return Query(found["object"], named, counts, conditions, found["order"] or "Id", descending, limit)


def places(query: Query, rows: Rows, with_deleted: bool, told: Callable[[str], list[Any] | None]) -> Ints:
    """The places of the rows that the query finds, in its order, up to its limit.

    `told` gives the values of a field that is no id and no time, row by row; None where there is no such field.
    """
    columns: dict[str, Any] = {
        "Id": rows.number, "CreatedDate": rows.created // clock.SECOND, "IsDeleted": rows.deleted,
        "SystemModstamp": rows.stamp // clock.SECOND, "LastModifiedDate": rows.stamp // clock.SECOND,
    }  # fmt: skip
    passes: Flags = np.full(len(rows.number), True) if with_deleted else ~rows.deleted
    for name, operator, literal in query.conditions:
        if name not in columns:
            values = told(name)
            if values is None:
                raise Refused(400, f"INVALID_FIELD: No such column '{name}' on entity '{query.object}'.")
            passes &= _is_one_of(values, operator, literal)
            continue
        passes &= _compared(columns[name], operator, _value(name, literal))
    if query.order not in columns:
        raise Refused(400, f"INVALID_FIELD: No such column '{query.order}' on entity '{query.object}'.")
    found = np.flatnonzero(passes)
    found = found[np.argsort(columns[query.order][found], kind="stable")]
    if query.descending:
        found = found[::-1]
    return found if query.limit is None else found[: query.limit]


def _is_one_of(values: list[Any], operator: str, literal: str) -> Flags:
    """Whether each value is a text, or a truth, or one of a list of texts."""
    if operator not in ("=", "IN") or (operator == "IN") != literal.startswith("("):
        raise malformed(f"unexpected token: {operator}")
    if literal.lower() in ("true", "false"):
        return np.array([value is (literal.lower() == "true") for value in values], dtype=bool)
    texts = {re.sub(r"\\(.)", r"\1", text).lower() for text in _TEXT.findall(literal)}
    if not texts:
        raise malformed(f"unexpected token: {literal}")
    return np.array([isinstance(value, str) and value.lower() in texts for value in values], dtype=bool)


def _value(name: str, literal: str) -> int | bool:
    if name == "IsDeleted":
        return literal.lower() == "true"
    if name == "Id":
        number = NAMING.numbered(literal.strip("'"))
        if number is None or not literal.startswith("'"):
            raise Refused(400, f"INVALID_QUERY_FILTER_OPERATOR: invalid ID field: {literal}")
        return number
    try:
        moment = datetime.fromisoformat(literal.replace("Z", "+00:00"))
    except ValueError:
        raise malformed(f"unexpected token: {literal}") from None
    if moment.tzinfo is None:
        raise malformed(f"a dateTime needs its zone: {literal}")
    return -(-clock.moment(moment) // clock.SECOND)


def _compared(values: Any, operator: str, value: int | bool) -> Flags:
    made: dict[str, Flags] = {
        "=": values == value, "!=": values != value, ">=": values >= value, "<=": values <= value,
        ">": values > value, "<": values < value,
    }  # fmt: skip
    return made[operator]
