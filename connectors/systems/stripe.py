"""Stripe: customers, subscriptions, invoices, charges, refunds, disputes.

    first night   GET /v1/{customers|invoices|charges|refunds|disputes}     all, newest first
                  GET /v1/subscriptions?status=all&expand[]=data.discounts  those that ended, too
    every night   GET /v1/events?types[…]&created[gte]                      what was made, changed or deleted
                  GET /v1/{customers|…}/{id}                                each of these as it is now, once
                  GET /v1/invoices/{id}/lines                               of an invoice with more than ten lines
                  GET /v1/subscription_items?subscription={id}              of a subscription with more than ten items
                  GET /v1/events?types[0]=invoice.deleted&created[gte]      invoices that are gone

Lists can be filtered by creation only, so events alone tell of changes. They are kept for 30 days: a cursor older
than 29 means a full read, which also shows what is gone. An event holds its object as it was then, in the API version
of that day, and several fall into one second: so the object itself is fetched. Objects do not say when they changed;
a landed version's change time is when it was read. Amounts are in minor units. A subscription that is cancelled has an
event `deleted`, and is still there: its status says so. Its discounts are ids, unless they are asked for.
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
from crm360.connectors.engine.page import members
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
    "subscriptions": (
        "created", "updated", "deleted", "paused", "resumed", "pending_update_applied", "pending_update_expired",
    ),
}  # fmt: skip
# As events call an object, where it is not by its stream.
KINDS = {"disputes": "charge.dispute", "subscriptions": "customer.subscription"}
# What a stream's list is asked beside its pages, and each of its objects.
LISTED = {"subscriptions": {"status": "all", "expand[]": "data.discounts"}}
ALONE = {"subscriptions": {"expand[]": "discounts"}}
# The list within a record of which an answer holds the first ten, and where the rest is asked for.
LISTS = {"invoices": ("lines", "/v1/invoices/{id}/lines"), "subscriptions": ("items", "/v1/subscription_items")}
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
        params={"limit": "100"} | LISTED.get(name, {}),
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
    _objects("subscriptions", "subscriptions", ("none",)),
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
            asked = Request(f"{context.stream.path}/{record_id}", ALONE.get(context.stream.name, {}))
            reply = context.http.send(asked, context.where, (404,))
            if reply.status != 404:
                found.append(reply.body)
    return _whole(context, found)


def _whole(context: Context, records: list[bytes]) -> list[bytes]:
    """Records with all of their lists, and without indentation: it differs between a list and a single object."""
    has_one = context.stream.name in LISTS
    whole = [_with_all(context, r) if has_one and GOES_ON.search(r) else r for r in records]
    return [record if salvage.fault(record) else msgspec.json.format(record, indent=-1) for record in whole]


def _with_all(context: Context, record: bytes) -> bytes:
    """A record with the whole of its list, of which an answer holds ten: told as one that does not go on."""
    name, path = LISTS[context.stream.name]
    told = members(record)
    listed, record_id = members(told[name]), msgspec.json.decode(told["id"])
    of = {} if "{id}" in path else {context.stream.name[:-1]: record_id}
    request = Request(path.format(id=record_id), {"limit": "100", **of})
    every = [one for page in context.pages_of(request, PAGES, "data") for one in page.records]
    data = msgspec.Raw(b"[" + b",".join(bytes(one) for one in every) + b"]")
    return msgspec.json.encode({**told, name: {**listed, "data": data, "has_more": False}})


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
