"""Klaviyo, revision 2026-07-15: profiles with what they consented to, campaigns, what became of each e-mail.

    GET /api/metrics                                     all: which of them are of e-mails
    GET /api/campaigns?filter=…channel…,…archived…       all, archived ones too, each with its messages
    GET /api/profiles?sort=id                            the first night: all
    GET /api/profiles?filter=greater-than(updated,…)     then the window, by change time
    GET /api/profiles?filter=…suppression.timestamp…     and who was suppressed since, of all mail or of a list
    GET /api/profiles?sort=id&fields[profile]=created    ids alone, for what was deleted or merged away
    GET /api/events?filter=equals(metric_id,…),…         per metric of e-mails, since the last night less a day

`updated` can only be filtered strictly (greater-than), so the window begins a second early. That a suppression moves it
is promised nowhere: suppressions are asked for by their own times. Subscriptions come only with `additional-fields`.
Nothing tells of deletions and merges. An event may be shown later than it is dated, so a day is read again.
Sources: klaviyo/openapi, openapi/stable.json of 2026-07-15; developers.klaviyo.com; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import Link
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

REVISION = "2026-07-15"
PROFILES, EVENTS, CAMPAIGNS = "100", "1000", "100"  # records a page: the API's most
PAGES = Link("links.next", proof="links.self")
STRICTLY = timedelta(seconds=1)  # times have seconds, and greater-than leaves its own out
SUBSCRIPTIONS = {"additional-fields[profile]": "subscriptions"}
SUPPRESSED = ("suppression", "list_suppressions")  # of all marketing by e-mail, of one list's
OF_EMAILS = (
    "Received Email",
    "Opened Email",
    "Clicked Email",
    "Bounced Email",
    "Marked Email as Spam",
    "Unsubscribed from Email Marketing",
    "Unsubscribed",  # what the one before was called in old accounts
)

STREAMS = (
    Stream(
        "metrics",
        "metrics",
        "/api/metrics",
        RecordSchema(changed="attributes.updated"),
        PAGES,
        "data",
        cursor=False,
        deletes=("sweep",),
        needs="metrics:read",
    ),
    Stream(
        "campaigns",
        "campaigns",
        "/api/campaigns",
        RecordSchema(changed="attributes.updated_at"),
        PAGES,
        "data",
        cursor=False,
        deletes=("sweep",),
        needs="campaigns:read",
    ),
    Stream(
        "profiles",
        "contacts",
        "/api/profiles",
        RecordSchema(changed="attributes.updated"),
        PAGES,
        "data",
        deletes=("sweep",),
        dedup_against_all=True,  # who was suppressed since may have been updated long ago
        needs="profiles:read",
    ),
    Stream(
        "events",
        "email_events",
        "/api/events",
        RecordSchema(changed="attributes.datetime"),
        PAGES,
        "data",
        lookback=timedelta(days=1),
        parent="metrics",
        needs="events:read",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The passes of one stream."""
    stream = context.stream
    if stream.name == "metrics":
        yield ReadStep(Request(stream.path), PAGES, stream.row, stream.records)
    elif stream.name == "campaigns":
        yield from _campaigns(context)
    elif stream.name == "profiles":
        yield from _profiles(context)
    else:
        yield from _events(context)


def _campaigns(context: Context) -> Iterator[ReadStep]:
    """Without a channel nothing is listed, and of archived ones nothing unless they are asked for."""
    stream = context.stream
    for archived in ("false", "true"):
        params = {
            "filter": f"equals(messages.channel,'email'),equals(archived,{archived})",
            "include": "campaign-messages",
            "page[size]": CAMPAIGNS,
            "sort": "id",
        }
        notes, enrich = _with_messages()
        yield ReadStep(Request(stream.path, params), PAGES, stream.row, stream.records, notes=notes, enrich=enrich)


def _with_messages() -> tuple[Callable[[Context, Page], None], Callable[[Context, list[bytes]], list[bytes]]]:
    """Notes a page's messages, which stand beside its campaigns, and gives each campaign its own (`messages`)."""
    beside: dict[str, Any] = {}

    def note(_context: Context, page: Page) -> None:
        beside.clear()
        beside.update((one["id"], one) for one in page.get("included") or [] if one["type"] == "campaign-message")

    def give(_context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            related = (msgspec.json.decode(record).get("relationships") or {}).get("campaign-messages") or {}
            own = [beside[one["id"]] for one in related.get("data") or [] if one["id"] in beside]
            whole.append(msgspec.json.encode({**members(record), "messages": own}))
        return whole

    return note, give


def _profiles(context: Context) -> Iterator[ReadStep]:
    """All by id; later the window, who was suppressed in it, and what ids are left."""
    stream, lower = context.stream, context.window.lower
    every = Request(stream.path, {"page[size]": PROFILES, "sort": "id"})
    if lower is None:
        yield ReadStep(every.with_params(**SUBSCRIPTIONS), PAGES, stream.row, stream.records)
        return
    asked = {"updated": f"greater-than(updated,{iso(lower - STRICTLY)})"}
    for kind in SUPPRESSED:
        field = f"subscriptions.email.marketing.{kind}.timestamp"
        asked[field] = f"greater-or-equal({field},{iso(lower)})"
    for field, since in asked.items():
        window = every.with_params(sort=field, filter=since, **SUBSCRIPTIONS)
        yield ReadStep(window, PAGES, stream.row, stream.records)
    ids = every.with_params(**{"fields[profile]": "created"})
    yield ReadStep(ids, PAGES, RecordSchema(), stream.records, reads="keys")


def _events(context: Context) -> Iterator[ReadStep]:
    """One pass for each metric of e-mails, in order of time; a new metric is read from its beginning."""
    stream, known = context.stream, set(context.state.get("metrics", []))
    metrics = [metric for metric, record in context.parents() if _is_of_emails(record)]
    for metric in metrics:
        lower: datetime | None = context.window.lower if metric in known else None
        since = "" if lower is None else f",greater-or-equal(datetime,{iso(lower)})"
        params = {"filter": f"equals(metric_id,'{metric}'){since}", "page[size]": EVENTS, "sort": "datetime"}
        yield ReadStep(Request(stream.path, params), PAGES, stream.row, stream.records)
    context.state["metrics"] = metrics


def _is_of_emails(metric: Mapping[str, Any]) -> bool:
    """Whether Klaviyo itself counts this of its e-mails: whoever sends events may call their own metric the same."""
    attributes = metric["attributes"]
    maker = (attributes.get("integration") or {}).get("name", "Klaviyo")
    return attributes.get("name") in OF_EMAILS and maker == "Klaviyo"


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A private key, and the revision of the API that is spoken."""
    key = secrets["token"]
    return Auth({"Authorization": f"Klaviyo-API-Key {key}", "revision": settings["revision"]}, (key,))


KLAVIYO = Connector(
    "klaviyo",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://a.klaviyo.com", "revision": REVISION},
    meanings={"revision": "Revision of Klaviyo's API; the models are written for the default."},
    rate=(10, 1.0),  # 75 a second and 750 a minute of profiles, 350 and 3,500 of events
    rates=(("/api/campaigns", 150, 60.0), ("/api/metrics", 150, 60.0), ("/relationships/profiles", 150, 60.0)),
    at_once=4,
)
