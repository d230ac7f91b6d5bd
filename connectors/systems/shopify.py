"""Shopify Admin GraphQL: customers, orders with their lines, products.

    every night   { orders(query: "updated_at:>='…' AND updated_at:<='…'", sortKey: UPDATED_AT) }
    deletes       orders: { events(query: "subject_type:'ORDER' AND action:'destroy' …") }
                  customers and products leave no trace: all ids are read and compared (sweep)

Throttling comes with HTTP 200, in `errors` and `extensions.cost`. Orders older than 60 days need the scope
read_all_orders. Sources: shopify.dev, "API limits", "Order", "events"; apis.md lists the traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.pagination import GraphQLCursor
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Deletes, Stream
from crm360.moments import iso

VERSION = "2026-07"
PATH = f"/admin/api/{VERSION}/graphql.json"
LINES_WITH_ORDER = 25  # lines of an order that come with it; an order with more is read to its end by _all_lines
MOST_LINES = 100  # of them in one answer of their own
NODE = RecordSchema(changed="updatedAt", cut_key="/")
GOES_ON = re.compile(rb'"hasNextPage"\s*:\s*true')  # within a record: a quote in a text is written \\"
MONEY = "{ shopMoney { amount currencyCode } }"
AMOUNT = "{ shopMoney { amount } }"
LINES = f"""nodes {{ id title sku quantity currentQuantity isGiftCard product {{ id productType }}
    originalUnitPriceSet {AMOUNT} originalTotalSet {AMOUNT}
    discountAllocations {{ allocatedAmountSet {AMOUNT} }} }}
    pageInfo {{ hasNextPage endCursor }}"""
RETURNED = f"""nodes {{ quantity lineItem {{ id }} subtotalSet {AMOUNT} totalTaxSet {AMOUNT} }}
    pageInfo {{ hasNextPage endCursor }}"""
REFUNDS = f"""refunds {{ id createdAt totalRefundedSet {AMOUNT}
    refundLineItems(first: 10) {{ {RETURNED} }}
    refundShippingLines(first: 2) {{ nodes {{ subtotalAmountSet {AMOUNT} taxAmountSet {AMOUNT} }} }} }}"""
SHIPPING = f"""shippingLines(first: 2) {{
    nodes {{ discountedPriceSet {AMOUNT} taxLines {{ priceSet {AMOUNT} }} }} }}"""
FIELDS = {
    "customers": """id firstName lastName
        defaultEmailAddress { emailAddress marketingState marketingUpdatedAt }
        defaultPhoneNumber { phoneNumber marketingState marketingUpdatedAt }
        defaultAddress { address1 city province zip countryCodeV2 company }
        createdAt updatedAt numberOfOrders amountSpent { amount currencyCode } tags note locale""",
    "orders": f"""id name createdAt updatedAt processedAt cancelledAt cancelReason test displayFinancialStatus
        sourceName email phone customer {{ id }} currencyCode subtotalPriceSet {MONEY} totalPriceSet {MONEY}
        totalTaxSet {MONEY} totalDiscountsSet {MONEY} totalShippingPriceSet {MONEY} totalRefundedSet {MONEY}
        taxesIncluded currentTotalPriceSet {MONEY} currentTotalTaxSet {MONEY} totalTipReceivedSet {MONEY}
        originalTotalDutiesSet {MONEY} {SHIPPING} {REFUNDS}
        discountCodes lineItems(first: {LINES_WITH_ORDER}) {{ {LINES} }}""",
    "products": """id title productType vendor status tags createdAt updatedAt
        variants(first: 1) { nodes { price } }""",
}
PAGE = {"customers": 250, "orders": 15, "products": 250}  # what a query may cost at most: 1,000 points


def _connection(name: str, deletes: Deletes, needs: str) -> Stream:
    """One connection of the schema, read by change time."""
    pages = GraphQLCursor(name)
    return Stream(name, name, PATH, NODE, pages, f"data.{name}.nodes", deletes=(deletes,), needs=needs)


STREAMS = (
    _connection("products", "sweep", "read_products"),
    _connection("customers", "sweep", "read_customers"),
    _connection("orders", "event", "read_orders, read_all_orders"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What changed in the window; then destroyed orders, or the ids that are left."""
    name = context.stream.name
    window = _between("updated_at", context.window.lower, context.window.upper)
    query = f"""query ($after: String, $query: String) {{
        {name}(first: {PAGE[name]}, after: $after, query: $query, sortKey: UPDATED_AT) {{
            nodes {{ {FIELDS[name]} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    enrich = _all_lines if name == "orders" else None
    yield ReadStep(
        _ask(query, window), context.stream.pages, NODE, context.stream.records, enrich=enrich, unfinished=GOES_ON
    )
    if name == "orders":
        destroyed = "subject_type:'ORDER' AND action:'destroy'"
        since = _between("created_at", context.window.lower, context.window.upper)
        query = """query ($after: String, $query: String) { events(first: 250, after: $after, query: $query) {
            nodes { id action createdAt ... on BasicEvent { subjectId subjectType } }
            pageInfo { hasNextPage endCursor } } }"""
        gone = RecordSchema(key=("subjectId",), changed="createdAt", cut_key="/", is_tombstone=True)
        ask = _ask(query, f"{destroyed} AND {since}" if since else destroyed)
        yield ReadStep(ask, GraphQLCursor("events"), gone, "data.events.nodes", reads="deletes")
    elif context.window.lower is not None:
        query = f"""query ($after: String) {{ {name}(first: 250, after: $after, sortKey: ID) {{
            nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"""
        yield ReadStep(
            _ask(query), context.stream.pages, RecordSchema(cut_key="/"), context.stream.records, reads="keys"
        )


def _between(field: str, lower: datetime | None, upper: datetime) -> str:
    """Shopify's search syntax for a closed interval; empty for "everything"."""
    if lower is None:
        return ""
    return f"{field}:>='{iso(lower)}' AND {field}:<='{iso(upper)}'"


def _ask(query: str, search: str | None = None) -> Request:
    variables = {"query": search} if search else {}
    return Request(PATH, body={"query": " ".join(query.split()), "variables": variables}, method="POST")


def _all_lines(context: Context, records: list[bytes]) -> list[bytes]:
    """Orders with more lines than one answer holds, completed; the others as they came."""
    return [_complete(context, r) if GOES_ON.search(r) else r for r in records]


def _complete(context: Context, record: bytes) -> bytes:
    order = msgspec.json.decode(record)
    lines = order["lineItems"]
    while lines["pageInfo"]["hasNextPage"]:
        query = f"""query ($id: ID!, $after: String) {{ order(id: $id) {{
            lineItems(first: {MOST_LINES}, after: $after) {{ {LINES} }} }} }}"""
        request = _ask(query).with_body(variables={"id": order["id"], "after": lines["pageInfo"]["endCursor"]})
        more = msgspec.json.decode(context.http.send(request, context.where).body)["data"]["order"]["lineItems"]
        if not more["nodes"]:
            raise BadResponse("an order promises more lines than it gives", where=context.where)
        lines["nodes"] += more["nodes"]
        lines["pageInfo"] = more["pageInfo"]
    for refund in order.get("refunds") or []:
        _complete_refund(context, refund)
    return msgspec.json.encode(order)


def _complete_refund(context: Context, refund: dict[str, Any]) -> None:
    """All lines that a refund takes back, where one answer does not hold them."""
    lines = refund["refundLineItems"]
    while lines["pageInfo"]["hasNextPage"]:
        query = f"""query ($id: ID!, $after: String) {{ refund(id: $id) {{
            refundLineItems(first: {MOST_LINES}, after: $after) {{ {RETURNED} }} }} }}"""
        request = _ask(query).with_body(variables={"id": refund["id"], "after": lines["pageInfo"]["endCursor"]})
        more = msgspec.json.decode(context.http.send(request, context.where).body)["data"]["refund"]["refundLineItems"]
        if not more["nodes"]:
            raise BadResponse("a refund promises more lines than it gives", where=context.where)
        lines["nodes"] += more["nodes"]
        lines["pageInfo"] = more["pageInfo"]


def count(context: Context) -> int | None:
    """How many records there are; None where Shopify stops counting."""
    name = f"{context.stream.name}Count"
    reply = context.http.send(_ask(f"{{ {name}(limit: null) {{ count precision }} }}"), context.where)
    told = msgspec.json.decode(reply.body)["data"][name]
    return int(told["count"]) if told and told["precision"] == "EXACT" else None


def throttled(reply: Reply) -> float | None:
    """Seconds until the bucket holds what the refused query costs; None if it was not throttled."""
    if b"THROTTLED" not in reply.body:
        return None
    answer = msgspec.json.decode(reply.body)
    if not any(e.get("extensions", {}).get("code") == "THROTTLED" for e in answer.get("errors", [])):
        return None
    cost = answer.get("extensions", {}).get("cost", {})
    bucket = cost.get("throttleStatus", {})
    lacking = cost.get("requestedQueryCost", 0) - bucket.get("currentlyAvailable", 0)
    return max(0.5, lacking / max(bucket.get("restoreRate", 50), 1))


def faults_in_200(reply: Reply) -> str | None:
    """GraphQL errors, by their codes only: their messages may quote values."""
    if b'"errors"' not in reply.body:
        return None
    errors = msgspec.json.decode(reply.body).get("errors") or []
    codes = sorted({str(e.get("extensions", {}).get("code", "UNKNOWN")) for e in errors})
    return ", ".join(codes) or None


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A custom app's Admin API access token."""
    return Auth({"X-Shopify-Access-Token": secrets["token"]}, (secrets["token"],))


SHOPIFY = Connector(
    "shopify",
    STREAMS,
    read_plan,
    auth,
    rate=(20, 1.0),  # the cost of a query is what counts, and `throttled` obeys it
    at_once=4,
    throttled=throttled,
    faults_in_200=faults_in_200,
    count=count,
)
