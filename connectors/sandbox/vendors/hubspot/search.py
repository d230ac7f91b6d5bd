"""HubSpot's search: filters and one sort, 200 rows a page, never more than the first 10,000 rows.

Rules: developers.hubspot.com/docs/api-reference/search/guide. No associations, and nothing archived, comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.table import LIVE, Table
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.hubspot.api import kind_of, written
from crm360.connectors.sandbox.vendors.hubspot.records import CREATED, MODIFIED, properties

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

PAGE_LIMIT = 200
CEILING = 10_000
MOST_GROUPS, MOST_FILTERS = 5, 6


def search(company: Company, call: Call) -> Reply:
    """POST /crm/v3/objects/{kind}/search"""
    kind, asked = kind_of(call), call.json()
    limit, after = _whole(asked, "limit", 10), _whole(asked, "after", 0)
    if not 1 <= limit <= PAGE_LIMIT:
        raise Refused(400, f"Invalid limit: {limit}. The limit must be between 1 and {PAGE_LIMIT}.")
    if after + limit > CEILING:
        raise Refused(
            400, f"Paging is limited to the first {CEILING} results: after {after} and limit {limit} go beyond."
        )
    rows = _found(company, kind, asked)
    page = rows[after : after + limit]
    content: dict[str, Any] = {
        "total": len(rows),
        "results": written(company, kind, page, [str(name) for name in asked.get("properties") or []], []),
    }
    if after + limit < len(rows):
        content["paging"] = {"next": {"after": str(after + limit)}}
    return Reply(content, keep=True)


def _whole(asked: dict[str, Any], name: str, default: int) -> int:
    value = asked.get(name)
    if value in (None, ""):
        return default
    try:
        return int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Refused(400, f"Invalid input JSON: {name} must be a whole number") from None


def _found(company: Company, kind: str, asked: dict[str, Any]) -> Ints:
    """All rows that the filters let through, sorted."""
    table = company.table("hubspot", kind)
    groups = asked.get("filterGroups") or []
    if len(groups) > MOST_GROUPS:
        raise Refused(400, f"Too many filterGroups: {len(groups)}, at most {MOST_GROUPS}")
    let_through: Flags = np.full(len(table), not groups)
    for group in groups:
        filters = group.get("filters") or []
        if not 1 <= len(filters) <= MOST_FILTERS:
            raise Refused(400, f"A filterGroup must have between 1 and {MOST_FILTERS} filters")
        both: Flags = np.full(len(table), True)
        for condition in filters:
            both &= _passes(company, kind, table, condition)
        let_through |= both
    let_through &= table["state"] == LIVE
    column, descending = _sort(kind, asked.get("sorts") or [])
    rows = np.arange(len(table)) if column == "id" else table.by(column)
    rows = rows[let_through[rows]]
    return rows[::-1] if descending else rows


def _sort(kind: str, sorts: list[Any]) -> tuple[str, bool]:
    if len(sorts) > 1:
        raise Refused(400, "Only one sort can be applied to a search")
    if not sorts:
        return "created", False
    sort = sorts[0]
    name = sort.get("propertyName") if isinstance(sort, dict) else str(sort)
    column = _columns(kind).get(str(name))
    if column is None:
        raise Refused(400, f"The sandbox sorts by {', '.join(_columns(kind))}, not by {name}")
    return column, isinstance(sort, dict) and sort.get("direction") == "DESCENDING"


def _columns(kind: str) -> dict[str, str]:
    return {"hs_object_id": "id", CREATED[kind]: "created", MODIFIED[kind]: "changed"}


def _passes(company: Company, kind: str, table: Table, condition: dict[str, Any]) -> Flags:
    name, operator = str(condition.get("propertyName")), str(condition.get("operator"))
    column = _columns(kind).get(name)
    if column is None:
        return _text_passes(company, kind, table, condition)
    values = table.ids(np.arange(len(table))) if column == "id" else table[column]
    if operator == "BETWEEN":
        return (values >= _point(column, condition.get("value"))) & (
            values <= _point(column, condition.get("highValue"))
        )
    if operator in ("IN", "NOT_IN"):
        inside = np.isin(values, [_point(column, value) for value in condition.get("values") or []])
        return inside if operator == "IN" else ~inside
    if operator == "HAS_PROPERTY":
        return np.full(len(table), True)
    point = _point(column, condition.get("value"))
    found: dict[str, Flags] = {
        "GTE": values >= point, "GT": values > point, "LTE": values <= point, "LT": values < point,
        "EQ": values == point, "NEQ": values != point,
    }  # fmt: skip
    if operator not in found:
        raise Refused(400, f"Invalid operator {operator} for property {name}")
    return found[operator]


def _point(column: str, value: Any) -> int:
    """A filter's value as the number it is compared with: an id, or a moment as milliseconds or ISO text."""
    try:
        text = str(value)
        return int(text) if column == "id" or text.lstrip("-").isdigit() else clock.moment(text)
    except ValueError:
        raise Refused(400, f"Invalid filter value {value!r}") from None


def _text_passes(company: Company, kind: str, table: Table, condition: dict[str, Any]) -> Flags:
    """Conditions on any other property look at every record: right, but slow for a large company."""
    name, operator = str(condition.get("propertyName")), str(condition.get("operator"))
    have = [record.get(name) for record in properties(company, kind, np.arange(len(table)))]
    value, several = str(condition.get("value")).lower(), {str(v).lower() for v in condition.get("values") or []}
    tests = {
        "EQ": lambda text: text is not None and text.lower() == value,
        "NEQ": lambda text: text is not None and text.lower() != value,
        "IN": lambda text: text is not None and text.lower() in several,
        "NOT_IN": lambda text: text is not None and text.lower() not in several,
        "CONTAINS_TOKEN": lambda text: text is not None and value.strip("*") in text.lower(),
        "HAS_PROPERTY": lambda text: text is not None,
        "NOT_HAS_PROPERTY": lambda text: text is None,
    }
    if operator not in tests:
        raise Refused(400, f"Invalid operator {operator} for property {name}")
    return np.array([tests[operator](text) for text in have], dtype=bool)
