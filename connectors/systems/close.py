"""Close: leads (companies) with their contacts and opportunities, activities as touches, and users.

    GET  /api/v1/user/?_skip                                  all
    POST /api/v1/data/search/  {"query": …, "sort": …}        leads, contacts, opportunities in order of change
    GET  /api/v1/activity/?date_created__gt&__lt&_fields      calls, e-mails, SMS and meetings, by when they were made
    GET  /api/v1/event/?object_type&action=deleted            what was deleted, or merged into another, for 30 days

A search's cursor lives for thirty seconds, and no list goes deeper than its largest `_skip`: so each page of a search
begins anew at the last time seen (inclusive), with a cursor only within one time, and activities are asked for in
windows that are halved where Close refuses to go on. Activities can't be asked for by change: a week is read again.
Only named fields are asked for: no text of a mail, message or note comes.
Sources: developer.close.com, "Advanced Filtering", "Pagination", "Event Log", "List of Event Types"; closeio 2.1
(PyPI), singer-io/tap-closeio and PostHog's source of Close, which read the same pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import msgspec

from crm360.connectors.engine.connector import Connector, Context, QueryLimit, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Numbered, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream, Window
from crm360.moments import iso

FOUND, LISTED = 200, "100"  # records a page: a search's most, and what a list gives unasked
KEPT = timedelta(days=30)  # how long the event log reaches back
FILLED_LATER = timedelta(days=7)  # an activity is completed, or moved, after it was made
CHANGED = "date_updated"
TOO_DEEP = b"max_skip"
FIELDS = {
    "lead": ("id", "name", "url", "status_id", "status_label", "addresses", "date_created", CHANGED),
    "contact": ("id", "lead_id", "name", "title", "emails", "phones", "date_created", CHANGED),
    "opportunity": (
        "id", "lead_id", "lead_name", "contact_id", "user_id", "pipeline_id", "status_id", "status_label",
        "status_type", "value", "value_currency", "value_period", "confidence", "date_won", "date_lost",
        "date_created", CHANGED,
    ),
}  # fmt: skip
OF_ACTIVITIES = (
    "id", "_type", "lead_id", "contact_id", "user_id", "direction", "status", "disposition", "duration", "remote_phone",
    "date_sent", "starts_at", "date_created", CHANGED,
)  # fmt: skip
TOUCHES = ("call", "email", "sms", "meeting")
PAGES, EVENTS = Numbered("_skip", "records", more="has_more"), Token("cursor_next", "_cursor", must_show=True)
NEEDS = "an API key"


@dataclass(frozen=True)
class SearchThenSince:
    """A search in order of change: each page begins at the last time seen; within one time its cursor leads on."""

    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where the answer does not say whether it is the last, or where to go."""
        if not page.has("cursor"):
            raise BadResponse("the answer does not say whether it is the last ('cursor')")
        cursor, last = page.get("cursor"), page.of_last(CHANGED)
        if cursor is None:
            return None
        if not isinstance(cursor, str) or not isinstance(last, str):
            raise BadResponse("the page says that there is more, but not where")
        body = request.body or {}
        kind = body["query"]["queries"][0]["object_type"]
        return search(kind, last) if _since(body) != last else request.with_body(cursor=cursor)


def search(kind: str, since: str | None) -> Request:
    """What was changed at a moment or later, of one kind of object, in order of change."""
    field = {"type": "regular_field", "object_type": kind, "field_name": CHANGED}
    queries: list[dict[str, Any]] = [{"type": "object_type", "object_type": kind}]
    if since is not None:
        moment = {"type": "moment_range", "on_or_after": {"type": "fixed_utc", "value": since}}
        queries.append({"type": "field_condition", "field": field, "condition": moment})
    body = {
        "query": {"type": "and", "queries": queries}, "sort": [{"field": field, "direction": "asc"}],
        "_fields": {kind: list(FIELDS[kind])}, "_limit": FOUND,
    }  # fmt: skip
    return Request("/api/v1/data/search/", body=body, method="POST")


def _since(body: Mapping[str, Any]) -> str | None:
    queries = body["query"]["queries"]
    return queries[1]["condition"]["on_or_after"]["value"] if len(queries) > 1 else None


def _searched(name: str, entity: str, kind: str) -> Stream:
    """The list at the path is only asked what time it is there, where the log may not reach back to the last night."""
    return Stream(
        name, entity, f"/api/v1/{kind}/", RecordSchema(changed=CHANGED), SearchThenSince(), "data",
        params={"_limit": "1"}, lookback=timedelta(minutes=15), deletes=("event", "sweep"), change_retention=KEPT,
        needs=NEEDS,
    )  # fmt: skip


STREAMS = (
    Stream(
        "users", "owners", "/api/v1/user/", RecordSchema(changed=CHANGED), PAGES, "data", cursor=False,
        deletes=("sweep",), needs=NEEDS,
    ),
    _searched("leads", "companies", "lead"),
    _searched("contacts", "contacts", "contact"),
    _searched("opportunities", "deals", "opportunity"),
    Stream(
        "activities", "interactions", "/api/v1/activity/", RecordSchema(changed=CHANGED), PAGES, "data",
        lookback=FILLED_LATER, deletes=("event", "sweep"), change_retention=KEPT, needs=NEEDS,
    ),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All users; of the others what was changed, or made, in the window, and what has been deleted since."""
    stream, lower = context.stream, context.window.lower
    if stream.name == "users":
        asked = Request(stream.path, {"_limit": LISTED, "_skip": "0"})
        yield ReadStep(asked, PAGES, stream.row, stream.records)
        return
    if stream.name == "activities":
        limit = QueryLimit(400, TOO_DEEP, _activities)
        made = _activities(context.window)
        yield ReadStep(made, PAGES, stream.row, stream.records, query_limit=limit, enrich=_touches)
        kinds = [f"activity.{kind}" for kind in TOUCHES]
    else:
        kinds = [stream.path.split("/")[-2]]
        asked = search(kinds[0], None if lower is None else iso(lower, "+00:00"))
        yield ReadStep(asked, stream.pages, stream.row, stream.records)
    for kind in kinds if lower is not None else ():
        yield _deleted(context, kind)


def _activities(window: Window) -> Request:
    """What was made within a window, whose ends the filters leave out."""
    asked = {"_limit": LISTED, "_skip": "0", "_fields": ",".join(OF_ACTIVITIES)}
    second = timedelta(seconds=1)
    if window.lower is not None:
        asked["date_created__gt"] = iso(window.lower - second, "+00:00")
    return Request("/api/v1/activity/", asked | {"date_created__lt": iso(window.upper + second, "+00:00")})


def _touches(_context: Context, records: list[bytes]) -> list[bytes]:
    """The list has notes, changes of status and more among them."""
    return [r for r in records if msgspec.json.decode(r)["_type"].lower() in TOUCHES]


def _deleted(context: Context, kind: str) -> ReadStep:
    """What was deleted since; a lead that was merged says into which."""
    lower = context.window.lower
    since = {} if lower is None else {"date_updated__gte": iso(lower, "+00:00")}
    winner = "meta.merge_destination_lead_id" if kind == "lead" else None
    gone = RecordSchema(key=("object_id",), changed=CHANGED, is_tombstone=True, merged_into=winner)
    asked = Request("/api/v1/event/", {"object_type": kind, "action": "deleted", **since})
    return ReadStep(asked, EVENTS, gone, "data", reads="deletes")


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key, as the user of Basic credentials without a password."""
    key = secrets["token"]
    header = basic(key, "").headers
    return Auth(header, (key, header["Authorization"].partition(" ")[2]))


CLOSE = Connector(
    "close",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.close.com"},
    rate=(5, 1.0),
)
