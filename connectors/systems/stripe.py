"""Stripe: customers, invoices, charges, refunds, disputes.

    first night   GET /v1/{customers|invoices|charges|refunds|disputes}     all, newest first
    every night   GET /v1/events?types[…]&created[gte]                      what was made, changed or deleted
                  GET /v1/{customers|…}/{id}                                each of these as it is now, once
                  GET /v1/invoices/{id}/lines                               of an invoice with more than ten lines
                  GET /v1/events?types[0]=invoice.deleted&created[gte]      invoices that are gone

Lists can be filtered by creation only, so events alone tell of changes. They are kept for 30 days: a cursor older
than 29 means a full read, which also shows what is gone. An event holds its object as it was then, in the API version
of that day, and several fall into one second: so the object itself is fetched. Objects do not say when they changed;
a landed version's change time is when it was read. Amounts are in minor units.
Sources: docs.stripe.com/api, "Events", "Pagination", "Versioning"; apis.md lists the traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.page import LoopGuard, Page, members
from crm360.connectors.engine.pagination import AfterLast
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Deletes, Stream

VERSION = "2024-06-20"  # asked for with every request, so that an account's own default does not matter
PAGES = AfterLast("starting_after", "has_more")
EVENTS = {
    "customers": ("created", "updated", "deleted"),
    "invoices": (
        "created", "updated", "finalized", "finalization_failed", "sent", "paid", "payment_succeeded",
        "payment_failed", "marked_uncollectible", "voided",
    ),
    "charges": ("pending", "succeeded", "failed", "captured", "expired", "updated", "refunded"),
    "refunds": ("created", "updated", "failed"),
    "disputes": ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated"),
}  # fmt: skip
KINDS = {"disputes": "charge.dispute"}  # as events call an object, where it is not by its stream
OLD_NAMES = {"refunds": ("charge.refund.updated",)}  # what accounts on older API versions still send
GOES_ON = re.compile(rb'"has_more"\s*:\s*true')  # within a record: a quote in a text is written \\"
GONE = RecordSchema(key=("data.object.id",), is_tombstone=True)


def _objects(name: str, entity: str, deletes: tuple[Deletes, ...]) -> Stream:
    return Stream(
        name,
        entity,
        f"/v1/{name}",
        RecordSchema(deleted=("deleted", ("true",))),
        PAGES,
        "data",
        params={"limit": "100"},
        lookback=timedelta(minutes=10),  # events may show up late
        deletes=deletes,
        change_retention=timedelta(days=29),
        dedup_against_all=True,
        needs=f"a restricted key that may read {name} and events",
    )


STREAMS = (
    _objects("customers", "contacts", ("event", "sweep")),
    _objects("invoices", "invoices", ("event", "sweep")),
    _objects("charges", "payments", ("none",)),
    _objects("refunds", "payments", ("none",)),
    _objects("disputes", "payments", ("none",)),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All objects, or those that events name."""
    stream, lower = context.stream, context.window.lower
    if lower is None:
        everything = Request(stream.path, stream.params)
        yield ReadStep(everything, PAGES, stream.row, stream.records, enrich=_whole, unfinished=GOES_ON)
        return
    kind = KINDS.get(stream.name, stream.name[:-1])
    types = [f"{kind}.{what}" for what in EVENTS[stream.name]] + list(OLD_NAMES.get(stream.name, ()))
    fetch = partial(_as_they_are_now, seen=set())
    yield ReadStep(_events(types, lower), PAGES, stream.row, "data", enrich=fetch, unfinished=GOES_ON)
    if stream.name == "invoices":
        yield ReadStep(_events(["invoice.deleted"], lower), PAGES, GONE, "data", reads="deletes")


def _events(types: list[str], since: datetime) -> Request:
    named = {f"types[{n}]": name for n, name in enumerate(types)}
    return Request("/v1/events", {"limit": "100", "created[gte]": str(epoch_ms(since) // 1000), **named})


def _as_they_are_now(context: Context, events: list[bytes], seen: set[str]) -> list[bytes]:
    """The objects that the events are about, each fetched once a night; what is gone by now gives nothing."""
    found = []
    for event in events:
        record_id = msgspec.json.decode(event)["data"]["object"]["id"]
        if record_id not in seen:
            seen.add(record_id)
            reply = context.http.send(Request(f"{context.stream.path}/{record_id}"), context.where, (404,))
            if reply.status != 404:
                found.append(reply.body)
    return _whole(context, found)


def _whole(context: Context, records: list[bytes]) -> list[bytes]:
    """Records with all of their lists, and without indentation: it differs between a list and a single object."""
    whole = [_with_all_lines(context, r) if b'"lines"' in r and GOES_ON.search(r) else r for r in records]
    return [record if salvage.fault(record) else msgspec.json.format(record, indent=-1) for record in whole]


def _with_all_lines(context: Context, record: bytes) -> bytes:
    """An invoice with all its lines, of which an answer holds ten: told as one list that does not go on."""
    invoice = members(record)
    lines, path = members(invoice["lines"]), f"{context.stream.path}/{msgspec.json.decode(invoice['id'])}/lines"
    every: list[msgspec.Raw | bytes] = []
    request: Request | None = Request(path, {"limit": "100"})
    guard = LoopGuard()
    while request is not None:
        page = Page(context.http.send(request, context.where).body, "data")
        guard.check(request, page)
        every += page.records
        request = PAGES.next(request, page)
    told = msgspec.Raw(b"[" + b",".join(bytes(line) for line in every) + b"]")
    return msgspec.json.encode({**invoice, "lines": {**lines, "data": told, "has_more": False}})


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A restricted API key."""
    plain = bearer(secrets["token"])
    return Auth({**plain.headers, "Stripe-Version": settings["api_version"]}, plain.secrets)


STRIPE = Connector(
    "stripe",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.stripe.com", "api_version": VERSION},
    meanings={"api_version": "Version of Stripe's API; the models are written for the default."},
    rate=(20, 1.0),  # 25 a second in test mode, 100 live
    at_once=4,
)
