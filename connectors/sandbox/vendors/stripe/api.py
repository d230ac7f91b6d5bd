"""Stripe's API: lists newest first, single objects, and 30 days of events, which alone tell that something changed.

Shapes: docs.stripe.com/api (version 2024-06-20). An event holds the object as it is now, where Stripe holds what it
was then; a client that trusts it or not reads the same. Subscriptions that ended are listed only with status=all, and
discounts are ids unless `expand[]` asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, Table
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.stripe.ids import PREFIXES, named
from crm360.connectors.sandbox.vendors.stripe.records import WRITERS

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE, LINES_SHOWN = 100, 10
LISTS = {"invoices": "lines", "subscriptions": "items"}
ENDED_STATUSES = ("canceled", "incomplete_expired")
KEPT = 30 * clock.DAY
_TYPES = {401: "invalid_request_error", 404: "invalid_request_error", 429: "rate_limit_error"}
_WORDS = {
    "customers": ("customer.created", "customer.updated", "customer.deleted"),
    "charges": ("charge.succeeded", "charge.updated", ""),
    "refunds": ("refund.created", "refund.updated", ""),
    "disputes": ("charge.dispute.created", "charge.dispute.closed", ""),
    "invoices": ("invoice.created", "invoice.updated", "invoice.deleted"),
    "subscriptions": (
        "customer.subscription.created", "customer.subscription.updated", "", "customer.subscription.deleted",
    ),
}  # fmt: skip
CREATED, CHANGED, GONE, ENDED = range(4)


class Event(NamedTuple):
    """at: ms; what: created, changed, gone, or (a subscription) ended."""

    at: int
    stream: str
    row: int
    what: int

    @property
    def id(self) -> str:
        return f"evt_{self.at:x}{PREFIXES[self.stream]}{self.row}_{self.what}"


def error(status: int, message: str, headers: dict[str, str] | None = None, code: str | None = None) -> Reply:
    """Stripe's error body."""
    told = {"message": message, "type": _TYPES.get(status, "api_error")} | ({"code": code} if code else {})
    return Reply({"error": told}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Invalid API Key provided: sk_test_****")


def _limit(call: Call) -> int:
    limit = call.number("limit", 10)
    if not 1 <= limit <= MOST_ON_A_PAGE:
        raise Refused(400, f"Invalid integer: limit must be between 1 and {MOST_ON_A_PAGE}")
    return limit


def _table(company: Company, call: Call) -> tuple[str, Table]:
    stream = call.parts["stream"]
    if stream not in WRITERS:
        raise Refused(404, f"Unrecognized request URL ({call.method}: {call.path}).")
    return stream, company.table("stripe", stream)


def _list(call: Call, data: list[dict[str, Any]], more: bool) -> Reply:
    url = call.path.removeprefix("/stripe")
    return Reply({"object": "list", "url": url, "has_more": more, "data": data}, keep=True)


def _row(stream: str, table: Table, record_id: str) -> int:
    prefix = PREFIXES[stream]
    row = table.row_of(record_id.removeprefix(prefix)) if record_id.startswith(prefix) else None
    if row is None or table["state"][row] not in (LIVE, DELETED):
        raise Refused(404, f"No such {stream[:-1]}: '{record_id}'")
    return row


def objects(company: Company, call: Call) -> Reply:
    """GET /v1/{customers|charges|refunds|disputes|invoices|subscriptions}: newest first."""
    stream, table = _table(company, call)
    rows: Ints = table.by("created")[::-1]
    rows = rows[table["state"][rows] == LIVE]
    if stream == "subscriptions" and call.query.get("status") != "all":
        there = company.subscribing.statuses(table["number"][rows], clock.horizon(company.day))
        rows = rows[[status not in ENDED_STATUSES for status in there]]
    if "created[gte]" in call.query:
        rows = rows[table["created"][rows] >= call.number("created[gte]", 0) * clock.SECOND]
    if call.query.get("starting_after"):
        last = _row(stream, table, call.query["starting_after"])
        after = (table["created"][rows] < table["created"][last]) | (
            (table["created"][rows] == table["created"][last]) & (rows < last)
        )
        rows = rows[after]
    page = rows[: _limit(call)]
    found = WRITERS[stream](company, page) if len(page) else []
    return _list(call, [_shown(stream, record, call, "data.discounts") for record in found], len(rows) > len(page))


def _shown(stream: str, record: dict[str, Any], call: Call | None = None, expands: str = "discounts") -> dict[str, Any]:
    """A record as answers show it: with the first ten of its list, and discounts as ids unless they are asked for."""
    if "discounts" in record and not (call and expands in _expanded(call)):
        record = {**record, "discounts": [discount["id"] for discount in record["discounts"]]}
    name = LISTS.get(stream, "")
    listed = record.get(name, {})
    if len(listed.get("data", ())) <= LINES_SHOWN:
        return record
    return {**record, name: {**listed, "data": listed["data"][:LINES_SHOWN], "has_more": True}}


def _expanded(call: Call) -> set[str]:
    return {value for name, value in call.query.items() if name.startswith("expand[")}


def lines(company: Company, call: Call) -> Reply:
    """GET /v1/invoices/{id}/lines"""
    return _rest(company, call, "invoices", call.parts["id"])


def items(company: Company, call: Call) -> Reply:
    """GET /v1/subscription_items?subscription={id}"""
    if not call.query.get("subscription"):
        raise Refused(400, "Missing required param: subscription.")
    return _rest(company, call, "subscriptions", call.query["subscription"])


def _rest(company: Company, call: Call, stream: str, record_id: str) -> Reply:
    row = _row(stream, company.table("stripe", stream), record_id)
    every = WRITERS[stream](company, np.array([row]))[0][LISTS[stream]]["data"]
    if call.query.get("starting_after"):
        every = every[[line["id"] for line in every].index(call.query["starting_after"]) + 1 :]
    limit = _limit(call)
    return _list(call, every[:limit], len(every) > limit)


def one(company: Company, call: Call) -> Reply:
    """GET /v1/{customers|…}/{id}: a deleted customer says so, a deleted invoice is not found."""
    stream, table = _table(company, call)
    row = _row(stream, table, call.parts["id"])
    if table["state"][row] == LIVE:
        return Reply(_shown(stream, WRITERS[stream](company, np.array([row]))[0], call))
    if stream != "customers":
        raise Refused(404, f"No such {stream[:-1]}: '{call.parts['id']}'")
    return Reply({"id": call.parts["id"], "object": "customer", "deleted": True})


def _events(company: Company, wanted: set[str] | None) -> list[Event]:
    """What has happened in the last 30 days, newest first."""
    since, found = company.now - KEPT, []
    for stream, words in _WORDS.items():
        table = company.table("stripe", stream)
        state, created, changed = table["state"], table["created"], table["changed"]
        ended = np.zeros(len(table), dtype=bool)
        if stream == "subscriptions":
            ended |= company.subscribing.events(table["number"])["ended"] <= clock.horizon(company.day)
        happened = (
            (CREATED, created, (state == LIVE) | (state == DELETED)),
            (CHANGED, changed, (state == LIVE) & (changed > created) & ~ended),
            (GONE, table["gone"], state == DELETED),
            (ENDED, changed, (state == LIVE) & ended),
        )
        for what, at, there in happened:
            if what < len(words) and words[what] and (wanted is None or words[what] in wanted):
                rows = np.flatnonzero(there & (at >= since))
                found += [Event(t, stream, row, what) for t, row in zip(at[rows].tolist(), rows.tolist(), strict=True)]
    return sorted(found, reverse=True)


def events(company: Company, call: Call) -> Reply:
    """GET /v1/events"""
    types = {value for name, value in call.query.items() if name.startswith("types[")} or None
    found = _events(company, {call.query["type"]} if "type" in call.query else types)
    if "created[gte]" in call.query:
        found = [e for e in found if e.at >= call.number("created[gte]", 0) * clock.SECOND]
    if call.query.get("starting_after"):
        ids = [e.id for e in found]
        if call.query["starting_after"] not in ids:
            raise Refused(404, f"No such event: '{call.query['starting_after']}'")
        found = found[ids.index(call.query["starting_after"]) + 1 :]
    page = found[: _limit(call)]
    return _list(call, [_written(company, event) for event in page], len(found) > len(page))


def _written(company: Company, event: Event) -> dict[str, Any]:
    table, row = company.table("stripe", event.stream), np.array([event.row])
    if event.what == GONE or table["state"][event.row] != LIVE:
        told: dict[str, Any] = {"id": named(event.stream, table.ids(row))[0], "object": event.stream[:-1]}
        told |= {"deleted": True} if event.what == GONE and event.stream == "customers" else {}
    else:
        told = _shown(event.stream, WRITERS[event.stream](company, row)[0])
    return {
        "id": event.id, "object": "event", "api_version": "2024-06-20", "created": event.at // clock.SECOND,
        "data": {"object": told}, "livemode": False, "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None}, "type": _WORDS[event.stream][event.what],
    }  # fmt: skip


ROUTES = (
    ("GET", "/stripe/v1/events", events),
    ("GET", "/stripe/v1/subscription_items", items),
    ("GET", "/stripe/v1/{stream}", objects),
    ("GET", "/stripe/v1/{stream}/{id}", one),
    ("GET", "/stripe/v1/invoices/{id}/lines", lines),
)
