"""Freshdesk: tickets with their stats, contacts, companies, satisfaction ratings.

    GET /api/v2/tickets?updated_since&order_by=updated_at&order_type=asc   the window, by change time
    GET /api/v2/tickets?filter=deleted                                     the bin, whole: deleting moves no time [?]
    GET /api/v2/contacts?_updated_since                                    the window
    GET /api/v2/contacts?state=deleted                                     the bin, whole
    GET /api/v2/contacts                                                   once a week all ids, for what was forgotten
    GET /api/v2/companies                                                  all: there is no filter by time
    GET /api/v2/surveys/satisfaction_ratings?created_since                 ratings are given once

Tickets stop at page 300, so each page begins anew at the last change time seen, which needs order_by; without
updated_since a list goes back 30 days only. Contacts and companies can't be ordered, so their pages drift while others
delete: full readings are made twice, and an id is missing only if both miss it. The bin is emptied after 30 days: a
cursor older than that means a full read. Sources: developers.freshdesk.com/api, "List All Tickets", "Pagination";
apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.pagination import LinkedPage, SinceThenPage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

EVER = "2000-01-01T00:00:00Z"  # before any ticket
MOST_PAGES = 300
PAGES = LinkedPage()
BIN = timedelta(days=29)
SWEPT_EVERY = timedelta(days=7)

STREAMS = (
    Stream(
        "companies",
        "companies",
        "/api/v2/companies",
        RecordSchema(changed="updated_at"),
        PAGES,
        "",
        cursor=False,
        deletes=("sweep",),
        needs="an agent who may view companies",
    ),
    Stream(
        "contacts",
        "contacts",
        "/api/v2/contacts",
        RecordSchema(changed="updated_at"),
        PAGES,
        "",
        deletes=("feed", "sweep"),
        change_retention=BIN,
        needs="an agent who may view contacts",
    ),
    Stream(
        "tickets",
        "tickets",
        "/api/v2/tickets",
        RecordSchema(changed="updated_at"),
        SinceThenPage("updated_since", "updated_at", MOST_PAGES),
        "",
        params={"include": "stats", "order_by": "updated_at", "order_type": "asc"},
        deletes=("feed", "sweep"),
        change_retention=BIN,
        needs="an agent with the scope of all tickets",
    ),
    Stream(
        "satisfaction_ratings",
        "surveys",
        "/api/v2/surveys/satisfaction_ratings",
        RecordSchema(changed="updated_at"),
        PAGES,
        "",
        lookback=timedelta(days=7),
        needs="an administrator's key",
    ),
)
SINCE = {"contacts": "_updated_since", "tickets": "updated_since", "satisfaction_ratings": "created_since"}
IN_THE_BIN = {"contacts": {"state": "deleted"}, "tickets": {"filter": "deleted", "updated_since": EVER}}


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What changed; then what is in the bin, and what is left of all where that is due."""
    stream, lower = context.stream, context.window.lower
    every = Request(stream.path, {**stream.params, "per_page": "100"})
    window = every
    if stream.cursor:
        since = EVER if lower is None and stream.name == "tickets" else (iso(lower) if lower else None)
        window = every.with_params(**{SINCE[stream.name]: since})
    yield ReadStep(window, stream.pages, stream.row, "")
    if stream.name in IN_THE_BIN:
        gone = RecordSchema(changed="updated_at", is_tombstone=True)
        yield ReadStep(every.with_params(**IN_THE_BIN[stream.name]), stream.pages, gone, "", reads="deletes")
    if stream.pages is PAGES and lower is None and "sweep" in stream.deletes:
        yield ReadStep(every, PAGES, stream.row, "")  # a second reading, against drift
    elif stream.name == "contacts" and _is_due(context):
        for _ in range(2):
            yield ReadStep(every, PAGES, RecordSchema(), "", reads="keys")
    if stream.name == "contacts" and (lower is None or _is_due(context)):
        context.state["swept"] = iso(context.window.upper)


def _is_due(context: Context) -> bool:
    swept = datetime.fromisoformat(context.state["swept"]).replace(tzinfo=None)
    return context.window.upper - swept >= SWEPT_EVERY


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An agent's API key as the user of Basic credentials; the password is not looked at."""
    plain = basic(secrets["token"], "X")
    return Auth(plain.headers, (secrets["token"], *plain.secrets))


FRESHDESK = Connector(
    "freshdesk",
    STREAMS,
    read_plan,
    auth,
    rate=(3, 1.0),  # 200 a minute on the smallest plan, 700 on the largest; a page with stats counts three times
    at_once=4,
)
