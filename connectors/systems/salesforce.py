"""Salesforce: contacts, accounts, leads, opportunities and their history, cases, campaigns and members, users, tasks,
events, products and their prices, orders and their items, lines of opportunities, quotes.

    once a stream  GET  /services/data/{version}/sobjects/{Object}/describe   the fields, custom ones too
    every night    GET  …/queryAll?q=SELECT … WHERE SystemModstamp >= … AND Id > … ORDER BY Id LIMIT 2000
                   GET  …/query?q=SELECT COUNT() …   how many there are: if not as many as we hold,
                   GET  …/query?q=SELECT Id …        all ids, for what left the recycle bin or never was in it

Each page is a query of its own that goes on after the last id: no locator that expires, and a long first sync can
go on days later. queryAll shows deleted and merged records for 15 days. Formula fields move no SystemModstamp. What an
organisation lacks of OPTIONAL (Orders and Quotes are switched on in Setup) is not described, and passed over until it
has been read once.
Sources: developer.salesforce.com, "REST API Developer Guide", "SOQL and SOSL Reference"; apis.md lists the traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from crm360.connectors.engine.connector import Connector, Context, QueryLimit, ReadStep
from crm360.connectors.engine.errors import BadResponse, RateLimited
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import KeysetInQuery
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Deletes, Stream, Window
from crm360.moments import iso

VERSION = "v65.0"
MOST_ROWS, MOST_ROWS_WITH_ALL_FIELDS = 2000, 200
LONGEST_QUERY = 12_000  # characters; a longer address may be refused, and FIELDS(ALL) is asked for instead
COMPOUND = ("address", "location", "base64")  # repeated in plain fields, or files
QUOTA = 0.8  # of the day's API calls; the rest is left to the people who work in the CRM
TOO_SLOW = b"QUERY_TIMEOUT"
USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


# Read later than the rest: not every user sees them.
OPTIONAL = (
    "events", "products", "orders", "order_items", "price_books", "price_book_entries", "opportunity_line_items",
    "quotes",
)  # fmt: skip
LACKING = (403, 404)
SKIPPED = "nothing was read: the organisation has no such object, or the user may not see it"


def sobject(
    name: str, entity: str, object_name: str, *, merges: bool = False, flag: bool = True, without: str = ""
) -> Stream:
    """An object that is read by SystemModstamp. `merges`: it has a MasterRecordId; `flag`: it has IsDeleted.

    `without` is a field that is not asked for: what people wrote.
    """
    deletes: tuple[Deletes, ...] = ("flag", "sweep") if flag else ("none",)
    row = RecordSchema(
        key=("Id",),
        changed="SystemModstamp",
        deleted=("IsDeleted", ("true",)) if flag else None,
        merged_into="MasterRecordId" if merges else None,
    )
    return Stream(
        name,
        entity,
        f"/services/data/{VERSION}/queryAll",
        row,
        KeysetInQuery(MOST_ROWS),
        "records",
        params={"object": object_name, "without": without},
        deletes=deletes,
        needs=f"API Enabled, View All on {object_name}",
    )


STREAMS = (
    sobject("users", "owners", "User", flag=False),
    sobject("accounts", "companies", "Account", merges=True),
    sobject("contacts", "contacts", "Contact", merges=True),
    sobject("leads", "contacts", "Lead", merges=True),
    sobject("opportunities", "deals", "Opportunity"),
    sobject("opportunity_history", "deal_stages", "OpportunityHistory"),
    sobject("cases", "tickets", "Case", merges=True),
    sobject("campaigns", "campaigns", "Campaign"),
    sobject("campaign_members", "campaign_members", "CampaignMember"),
    sobject("tasks", "interactions", "Task"),
    sobject("events", "interactions", "Event", without="Description"),
    sobject("products", "products", "Product2"),
    sobject("orders", "orders", "Order"),
    sobject("order_items", "order_lines", "OrderItem"),
    sobject("price_books", "prices", "Pricebook2"),
    sobject("price_book_entries", "prices", "PricebookEntry"),
    sobject("opportunity_line_items", "deal_lines", "OpportunityLineItem"),
    sobject("quotes", "quotes", "Quote"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The window with its deletions, and all ids if there are not as many as we hold."""
    stream, window = context.stream, context.window
    found = _fields(context)
    if found is None:
        return
    fields, limit = found

    def ask(window: Window) -> Request:
        between = [f"SystemModstamp >= {_literal(window.lower)}"] if window.lower else []
        between.append(f"SystemModstamp <= {_literal(window.upper)}")
        return Request(stream.path, {"q": _soql(fields, context, between, limit)})

    yield ReadStep(
        ask(window),
        KeysetInQuery(limit),
        stream.row,
        stream.records,
        enrich=_without_what_was_written if stream.params["without"] else None,
        query_limit=QueryLimit(400, TOO_SLOW, ask),
    )
    counted = count(context) if "sweep" in stream.deletes else None
    if window.lower is not None and counted is not None and counted != context.count_of_live():
        query = stream.path.replace("queryAll", "query")
        ids = Request(query, {"q": _soql("Id", context, [], MOST_ROWS)})
        yield ReadStep(ids, KeysetInQuery(MOST_ROWS), RecordSchema(key=("Id",)), "records", reads="keys")


def _soql(fields: str, context: Context, conditions: list[str], limit: int) -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {fields} FROM {context.stream.params['object']}{where} ORDER BY Id LIMIT {limit}"


def _literal(time: datetime) -> str:
    """A moment in SOQL. The upper bound loses its fraction, for SystemModstamp has none."""
    return iso(time)


def _fields(context: Context) -> tuple[str, int] | None:
    """All fields that can be asked for, and how many rows a page may then have; None where there is no such object.

    Raises AccessDenied where it has been read before: then what is held here would never change again.
    """
    path = f"/services/data/{VERSION}/sobjects/{context.stream.params['object']}/describe"
    reply = context.unless_lacking(Request(path), LACKING if context.stream.name in OPTIONAL else (), SKIPPED)
    if reply is None:
        return None
    described = [msgspec.json.decode(f) for f in Page(reply.body, "fields").records]
    fields = [f for f in described if f["name"] != context.stream.params["without"]]
    names = ",".join(sorted(f["name"] for f in fields if f.get("type") not in COMPOUND))
    if not names:
        raise BadResponse("the source lists no fields", where=context.where)
    return (names, MOST_ROWS) if len(names) <= LONGEST_QUERY else ("FIELDS(ALL)", MOST_ROWS_WITH_ALL_FIELDS)


def _without_what_was_written(context: Context, records: list[bytes]) -> list[bytes]:
    """For FIELDS(ALL) gives what was not asked for."""
    without = context.stream.params["without"]
    opened = (members(record) for record in records)
    return [msgspec.json.encode({n: v for n, v in record.items() if n != without}) for record in opened]


def count(context: Context) -> int:
    """How many records there were when this sync began."""
    query = (
        f"SELECT COUNT() FROM {context.stream.params['object']} WHERE CreatedDate <= {_literal(context.window.upper)}"
    )
    request = Request(context.stream.path.replace("queryAll", "query"), {"q": query})
    total = Page(context.http.send(request, context.where).body, "records").get("totalSize")
    if not isinstance(total, int):
        raise BadResponse("the count does not say how many records there are", where=context.where)
    context.source_total = total
    return total


def throttled(reply: Reply) -> None:
    """Raises RateLimited once the day's calls are used up to QUOTA, or up to the end: waiting would not help."""
    usage = USAGE.search(reply.headers.get("sforce-limit-info", ""))
    if usage and int(usage[1]) >= QUOTA * int(usage[2]):
        raise RateLimited(f"{usage[1]} of the day's {usage[2]} API calls are used, the rest is left to the CRM's users")
    if reply.status == 403 and b"REQUEST_LIMIT_EXCEEDED" in reply.body:
        raise RateLimited("the day's API calls are used up")


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A connected app's client credentials, or its refresh token where one is given."""
    return client_credentials(
        "salesforce",
        settings,
        secrets,
        f"{settings['base_url'].rstrip('/')}/services/oauth2/token",
        leads_to=("instance_url", "the login leads to another instance than base_url"),
    )


SALESFORCE = Connector(
    "salesforce",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "client_id": None},
    secrets=("client_secret",),
    optional_secrets=("refresh_token",),
    rate=(10, 1.0),
    at_once=4,
    throttled=throttled,
    count=count,
)
