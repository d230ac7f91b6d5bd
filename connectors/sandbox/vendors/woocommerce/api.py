"""WooCommerce's REST API v3: orders, customers, products, refunds; pages by number or offset, counts in headers.

Shapes: woocommerce.github.io/woocommerce-rest-api-docs, and the plugin's own CRUD controller. Real shops take Basic
credentials over TLS only; the sandbox, on loopback, takes them without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, Table
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.woocommerce import records as woocommerce_records
from crm360.connectors.sandbox.vendors.woocommerce.records import LOCAL_HOURS

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 100
_CODES = {
    401: "woocommerce_rest_cannot_view", 403: "rest_forbidden", 404: "rest_no_route", 429: "too_many_requests",
    400: "rest_invalid_param",
}  # fmt: skip
_WRITERS = {
    "orders": woocommerce_records.orders,
    "customers": woocommerce_records.customers,
    "products": woocommerce_records.products,
    "refunds": woocommerce_records.refunds,
}
_SORTS = {
    "orders": {"date": "created", "modified": "changed", "id": ""},
    "products": {"date": "created", "modified": "changed", "id": ""},
    "refunds": {"date": "changed", "modified": "changed", "id": ""},
    "customers": {"registered_date": "created", "id": ""},
}
_BOUNDS = {"after": "created", "before": "created", "modified_after": "changed", "modified_before": "changed"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """WordPress' error body."""
    content = {"code": _CODES.get(status, "internal_server_error"), "message": message, "data": {"status": status}}
    return Reply(content, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Sorry, you cannot list resources.")


def _bound(call: Call, name: str) -> int | None:
    """A date filter in ms. Trap: a time with an offset is first moved to the shop's own clock, then taken as UTC."""
    text = call.query.get(name)
    if not text:
        return None
    try:
        at = clock.moment(text.replace(" ", "+"))
    except ValueError:
        raise Refused(400, f"Invalid parameter(s): {name}") from None
    if re.search(r"(Z|[+-]\d\d:?\d\d)$", text.replace(" ", "+")):
        at += LOCAL_HOURS * clock.HOUR
    return at if call.query.get("dates_are_gmt") == "true" else at - LOCAL_HOURS * clock.HOUR


def _rows(table: Table, kind: str, call: Call) -> Ints:
    """Customers take no filter by time; whoever sends one gets them all."""
    status = call.query.get("status", "any")
    wanted = DELETED if status == "trash" and kind in ("orders", "products") else LIVE
    keep = table["state"] == wanted
    if status == "trash" and wanted == LIVE:
        raise Refused(400, "Invalid parameter(s): status")
    for name, column in _BOUNDS.items() if kind != "customers" else ():
        at = _bound(call, name)
        if at is not None:
            # A refund has one time only.
            values = table["changed" if kind == "refunds" else column]
            keep &= values > at if name.endswith("after") else values < at
    sort = call.query.get("orderby", "registered_date" if kind == "customers" else "date")
    if sort not in _SORTS[kind]:
        raise Refused(400, "Invalid parameter(s): orderby")
    column = _SORTS[kind][sort]
    rows = table.by(column) if column else np.arange(len(table), dtype=np.int64)
    rows = rows[keep[rows]]
    return rows if call.query.get("order", "desc") == "asc" else rows[::-1]


def collection(company: Company, call: Call) -> Reply:
    """GET /wp-json/wc/v3/{orders|customers|products|refunds}"""
    kind = call.parts["kind"]
    if kind not in _WRITERS:
        raise Refused(404, "No route was found matching the URL and request method.")
    return _page(company, call, kind, _rows(company.table("woocommerce", kind), kind, call))


def refunds_of_order(company: Company, call: Call) -> Reply:
    """GET /wp-json/wc/v3/orders/{id}/refunds"""
    order = company.table("woocommerce", "orders").row_of(call.parts["id"])
    if order is None:
        raise Refused(404, "Invalid ID.")
    table = company.table("woocommerce", "refunds")
    rows = np.flatnonzero((company.shop.refunds["order"] == order) & (table["state"] == LIVE))
    return _page(company, call, "refunds", rows)


def _page(company: Company, call: Call, kind: str, rows: Ints) -> Reply:
    size, number = call.number("per_page", 10), call.number("page", 1)
    if not 1 <= size <= MOST_ON_A_PAGE or number < 1:
        raise Refused(400, "Invalid parameter(s): per_page")
    begin = call.number("offset", (number - 1) * size)
    page = rows[begin : begin + size]
    records: list[dict[str, Any]] = _WRITERS[kind](company, page) if len(page) else []
    fields = [name for name in call.query.get("_fields", "").split(",") if name]
    if fields:
        records = [{name: record[name] for name in fields if name in record} for record in records]
    last = -(-len(rows) // size)
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(last)}
    if number < last:
        query = urlencode(dict(call.query) | {"page": str(number + 1)})
        headers["Link"] = f'<{call.root}{call.path}?{query}>; rel="next"'
    return Reply(records, headers=headers, keep=True)


_API = "/woocommerce/wp-json/wc/v3"
ROUTES = (
    ("GET", f"{_API}/orders/{{id}}/refunds", refunds_of_order),
    ("GET", f"{_API}/{{kind}}", collection),
)
