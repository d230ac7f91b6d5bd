"""Shopify's GraphQL Admin API: four connections, paged by cursor, and paid for out of a bucket of points.

Rules: shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits.
A query that finds the bucket empty is answered with 200.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from graphql import GraphQLError

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.table import LIVE, Table
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.limits import Bucket, Limits
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.shopify import records as shopify_records
from crm360.connectors.sandbox.vendors.shopify.query import (
    MAX_COST,
    Step,
    connection,
    cost,
    introspected,
    introspects,
    picked,
    plan,
)

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 250
DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits"
_TERM = re.compile(r"""(\w+):\s*(>=|<=|>|<)?\s*('[^']*'|"[^"]*"|[^\s()]+)""")
_SORTS = {"UPDATED_AT": "changed", "CREATED_AT": "created", "PROCESSED_AT": "created"}
_WRITERS = {
    "customers": shopify_records.customers,
    "orders": shopify_records.orders,
    "products": shopify_records.products,
    "events": shopify_records.events,
}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Shopify's error body outside GraphQL."""
    return Reply({"errors": message}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "[API] Invalid API key or access token (unrecognized login or wrong password)")


def throttled(bucket: Bucket, price: int) -> dict[str, Any]:
    """The body of a 200 that says no."""
    problem = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": DOCUMENTATION}}
    return {"errors": [problem], "extensions": {"cost": _costs(bucket, price, None)}}


def _costs(bucket: Bucket, requested: int, actual: int | None) -> dict[str, Any]:
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": float(bucket.size),
            "currentlyAvailable": int(bucket.left()),
            "restoreRate": float(bucket.restore),
        },
    }


def graphql(company: Company, call: Call, bucket: Bucket) -> Reply:
    """POST /admin/api/{version}/graphql.json"""
    version = call.parts["version"]
    if not re.fullmatch(r"20\d\d-(01|04|07|10)|unstable", version):
        raise Refused(404, "Not Found")
    headers = {"X-Shopify-API-Version": version}
    asked = call.json()
    if not isinstance(asked.get("query"), str):
        raise Refused(400, "query: Required parameter missing or invalid")
    variables = asked.get("variables") or {}
    try:
        steps = plan(asked["query"], variables, asked.get("operationName"))
        if introspects(steps):
            return Reply(introspected(asked["query"], variables), headers=headers)
        requested = cost(steps)
        if requested > MAX_COST:
            raise GraphQLError(
                f"Query cost is {requested}, which exceeds the single query max cost limit ({MAX_COST}).",
                extensions={"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MAX_COST}
                | {"documentation": DOCUMENTATION},
            )
        if not bucket.take(requested):
            return Reply(throttled(bucket, requested), headers=headers)
        data, sizes, warnings = _answered(company, steps)
    except GraphQLError as problem:
        return Reply({"errors": [problem.formatted]}, headers=headers)
    actual = cost(steps, sizes)
    bucket.give_back(requested - actual)
    extensions: dict[str, Any] = {"cost": _costs(bucket, requested, actual)}
    if warnings:
        extensions["search"] = warnings
    return Reply({"data": data, "extensions": extensions}, headers=headers)


def _answered(company: Company, steps: tuple[Step, ...]) -> tuple[dict[str, Any], dict[str, int], list[dict[str, Any]]]:
    data: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    warnings: list[dict[str, Any]] = []
    for step in steps:
        if step.field == "shop":
            shop = {
                "id": "gid://shopify/Shop/1", "name": "Sandbox", "currencyCode": shopify_records.CURRENCY,
                "ianaTimezone": "Etc/UTC", "myshopifyDomain": "sandbox.example",
            }  # fmt: skip
            data[step.key] = picked(shop, step.inside or ())
        elif step.field.endswith("Count"):
            there = len(company.table("shopify", step.field.removesuffix("Count")).live())
            most = step.args.get("limit")
            told = {"count": there if most is None else min(there, most)}
            told |= {"precision": "EXACT" if most is None or there <= most else "AT_LEAST"}
            data[step.key] = picked(told, step.inside or ())
        elif step.field == "__typename":
            data[step.key] = "QueryRoot"
        else:
            rows, marks, more, ignored = _page(company, step.field, step.args)
            records = _WRITERS[step.field](company, rows) if len(rows) else []
            data[step.key] = connection(records, marks, more, step.inside or ())
            sizes[step.key] = len(rows)
            if ignored:
                reason = [{"field": name, "message": "Invalid search field for this query."} for name in ignored]
                warnings.append({"path": [step.key], "query": step.args.get("query"), "warnings": reason})
    return data, sizes, warnings


def _page(company: Company, stream: str, args: Mapping[str, Any]) -> tuple[Ints, list[str], bool, list[str]]:
    """Rows, cursors, whether more follow, and the names in the filter that mean nothing here."""
    first = args.get("first")
    if first is None:
        raise GraphQLError("you must provide one of first or last; the sandbox serves first")
    if not 1 <= first <= MOST_ON_A_PAGE:
        raise GraphQLError(f"The first argument must be between 1 and {MOST_ON_A_PAGE}, not {first}.")
    table, reverse = company.table("shopify", stream), bool(args.get("reverse"))
    column = _SORTS.get(str(args.get("sortKey")))
    rows = table.by(column) if column else np.arange(len(table), dtype=np.int64)
    keys = table[column] if column else np.zeros(len(table), dtype=np.int64)
    passes, ignored = _filter(company, stream, args.get("query") or "")
    begin = 0 if not reverse else len(rows)
    if args.get("after"):
        try:
            time, row = cursors.read(args["after"])
        except Refused as problem:
            raise GraphQLError(f"Invalid cursor for current pagination sort: {args['after']}") from problem
        begin = _place(table.sorted_values(column) if column else keys, rows, (time if column else 0, row), reverse)
    rows = rows[:begin][::-1] if reverse else rows[begin:]
    page, more = _first(rows, passes, first)
    marks = [cursors.written(int(keys[row]), int(row)) for row in page]
    return page, marks, more, ignored


def _place(keys: Ints, rows: Ints, last: tuple[int, int], reverse: bool) -> int:
    """The place behind (time, row) in an order of both; backwards, the place before it."""
    place = int(np.searchsorted(keys, last[0], side="left"))
    tied = int(np.searchsorted(keys, last[0], side="right"))
    return place + int(np.searchsorted(rows[place:tied], last[1], side="left" if reverse else "right"))


def _first(rows: Ints, passes: Callable[[Ints], Flags], count: int) -> tuple[Ints, bool]:
    """The first rows that pass, and whether there are more; looks at as few as it can."""
    found, begin, size = rows[:0], 0, 4 * count
    while begin < len(rows) and len(found) <= count:
        part = rows[begin : begin + size]
        found = np.concatenate([found, part[passes(part)]])
        begin, size = begin + size, size * 4
    return found[:count], len(found) > count


def _filter(company: Company, stream: str, text: str) -> tuple[Callable[[Ints], Flags], list[str]]:
    """A test for rows by a search such as updated_at:>='2026-07-01', and the names in it that mean nothing here.

    The vendor ignores those, too, and only warns.
    """
    table = company.table("shopify", stream)
    tests: list[Callable[[Ints], Flags]] = [lambda rows: table["state"][rows] == LIVE]
    ignored = []
    compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less, "": np.equal}
    for name, sign, raw in _TERM.findall(text):
        value = raw.strip("'\"")
        if name in ("updated_at", "created_at", "processed_at"):
            column, point = "changed" if name == "updated_at" else "created", _moment(value)
        elif name == "id":
            number, point = value.rsplit("/", 1)[-1], 0
            if not number.isdigit():
                raise GraphQLError(f"Invalid id in the search query: {value}")
            tests.append(partial(_id_test, table, compare[sign], int(number)))
            continue
        elif stream == "events" and name == "subject_type":
            column, point = "kind", {"ORDER": 0, "PRODUCT": 1}.get(value.upper(), 255)
        elif stream == "events" and name == "action":
            if value != "destroy":
                tests.append(lambda rows: np.zeros(len(rows), dtype=bool))
            continue
        elif name == "status" and value == "any":
            continue
        else:
            ignored.append(name)
            continue
        tests.append(partial(_column_test, table, column, compare[sign], point))
    return lambda rows: np.logical_and.reduce([test(rows) for test in tests]), ignored


def _column_test(table: Table, column: str, compare: Callable[[Any, Any], Flags], point: int, rows: Ints) -> Flags:
    return compare(table[column][rows], point)


def _id_test(table: Table, compare: Callable[[Any, Any], Flags], point: int, rows: Ints) -> Flags:
    return compare(table.ids(rows), point)


def _moment(text: str) -> int:
    try:
        return clock.moment(text)
    except ValueError:
        raise GraphQLError(f"Invalid date or time in the search query: {text}") from None


def too_many(limits: Limits) -> dict[str, Any]:
    """The body of the 200 in place of a 429."""
    return throttled(limits.bucket, 100)


def routes(limits: Limits) -> list[tuple[str, str, Any]]:
    """The one path there is; what a query costs is taken out of the shop's bucket."""

    def points(company: Company, call: Call) -> Reply:
        return graphql(company, call, limits.bucket)

    return [("POST", "/shopify/admin/api/{version}/graphql.json", points)]
