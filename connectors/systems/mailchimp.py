"""Mailchimp Marketing 3.0: audiences (lists), members, campaigns, and what recipients did.

    GET /lists                                      all
    GET /lists/{list}/members?since_last_changed    the window, by change time; archived ones say so
    GET /campaigns?since_send_time                  by send time, re-read for as long as reports move
    GET /reports/{campaign}/email-activity?since    opens, clicks, bounces since the last night
    GET /reports/{campaign}/unsubscribed

A member's id is md5(lower(e-mail)), so a changed e-mail is a new member and the old id vanishes: ids are swept.
Activity rows have no id: the key is campaign and member, and each night lands only what is new; staging
reads every landed version. Sources: mailchimp.com/developer, "Marketing API"; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.pagination import Offset, Paginator, SinceThenOffset
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import read_time
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

COUNT = 1000
NEEDS = "a key of a user with the role Viewer or higher"
SENT = ("sent", "sending")  # the others have no report yet
DAYS_OF_ACTIVITY = 30  # a campaign's report hardly moves later; older campaigns are not asked again


def _pages(total: str = "total_items") -> Offset:
    return Offset(total, COUNT)


STREAMS = (
    Stream(
        "lists", "lists", "/3.0/lists", RecordSchema(), _pages(), "lists", cursor=False, deletes=("sweep",), needs=NEEDS
    ),
    Stream(
        "members",
        "contacts",
        "/3.0/lists/{parent}/members",
        RecordSchema(key=("list_id", "id"), changed="last_changed", deleted=("status", ("archived",))),
        SinceThenOffset("total_items", COUNT, "since_last_changed", "last_changed"),
        "members",
        deletes=("flag", "sweep"),
        parent="lists",
        needs=NEEDS,
    ),
    Stream(
        "campaigns",
        "campaigns",
        "/3.0/campaigns",
        RecordSchema(changed="send_time"),
        _pages(),
        "campaigns",
        lookback=timedelta(days=DAYS_OF_ACTIVITY),
        deletes=("none",),
        needs=NEEDS,
    ),
    Stream(
        "email_activity",
        "email_events",
        "/3.0/reports/{parent}/email-activity",
        RecordSchema(key=("campaign_id", "email_id")),
        _pages(),
        "emails",
        parent="campaigns",
        needs=NEEDS,
    ),
    Stream(
        "unsubscribed",
        "email_events",
        "/3.0/reports/{parent}/unsubscribed",
        RecordSchema(key=("campaign_id", "email_id"), changed="timestamp"),
        _pages(),
        "unsubscribes",
        parent="campaigns",
        dedup_against_all=True,  # the report has no lower bound
        needs=NEEDS,
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """One pass for a plain list; one a parent for what hangs under lists and campaigns."""
    stream, window = context.stream, context.window
    request = Request(stream.path, {"count": str(COUNT)})
    if stream.name == "campaigns":
        request = request.with_params(sort_field="send_time", sort_dir="ASC", since_send_time=_iso(window.lower))
    if stream.parent is None:
        yield _pass(context, request)
        return
    known = set(context.state.get("parents", []))
    parents = list(context.parents())
    for parent, record in parents:
        lower = window.lower if parent in known else None  # a new parent is read from its beginning
        child = Request(stream.path.format(parent=parent), request.params)
        if stream.name != "members" and record.get("status") not in SENT:
            continue
        if stream.name == "members":
            child = child.with_params(sort_field="last_changed", sort_dir="ASC", since_last_changed=_iso(lower))
        elif lower is not None and _is_settled(record, lower):
            continue
        elif stream.name == "email_activity":
            child = child.with_params(since=_iso(lower))
        yield _pass(context, child)
        if stream.name == "members" and lower is not None:
            # Offsets drift while members come and go: an id is missing only if two readings miss it.
            keys = Request(child.path, {"count": str(COUNT), "fields": "members.id,members.list_id,total_items"})
            for order in ("ASC", "DESC"):
                yield _pass(context, keys.with_params(sort_field="last_changed", sort_dir=order), keys=True)
    context.state["parents"] = [parent for parent, _ in parents]


def _pass(context: Context, request: Request, *, keys: bool = False) -> ReadStep:
    stream = context.stream
    pages: Paginator = _pages() if keys else stream.pages
    enrich = _only_active if "since" in request.params else None
    reads: Literal["records", "keys"] = "keys" if keys else "records"
    return ReadStep(request, pages, stream.row, stream.records, reads, no_data=(204, 304, 404), enrich=enrich)


def _only_active(context: Context, records: list[bytes]) -> list[bytes]:
    """With `since`, recipients who did nothing since are listed too, with an empty activity: nothing new."""
    return [r for r in records if msgspec.json.decode(r).get("activity")]


def _is_settled(campaign: dict[str, str], lower: datetime) -> bool:
    """Whether a campaign was sent so long ago that its report is not asked for again."""
    sent = campaign.get("send_time")
    return not sent or read_time(sent, "iso") < lower - timedelta(days=DAYS_OF_ACTIVITY)


def _iso(time: datetime | None) -> str | None:
    return None if time is None else iso(time, "+00:00")


def throttled(reply: Reply) -> float | None:
    """Too many connections come as a bare 403, with no body that says who may not read what."""
    return 10.0 if reply.status == 403 and b'"title"' not in reply.body else None


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key as the password of any user."""
    return basic("crm360", secrets["token"])


MAILCHIMP = Connector("mailchimp", STREAMS, read_plan, auth, rate=(10, 1.0), at_once=4, throttled=throttled)
