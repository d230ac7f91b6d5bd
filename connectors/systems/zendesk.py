"""Zendesk Support: users, organizations, tickets with their metrics, satisfaction ratings.

    GET /api/v2/incremental/{users|tickets}/cursor.json?start_time   until end_of_stream, never by an empty page
    GET /api/v2/incremental/organizations.json?start_time            repeats rows across pages
    GET /api/v2/satisfaction_ratings.json?start_time                 cursor pages

The last minute is never exported, so the lag is more than that. Deleted tickets stay in the stream with
status "deleted"; deleted users are inactive. Sources: developer.zendesk.com, "Incremental Exports",
"Satisfaction Ratings"; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import Link, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream

LAG = timedelta(seconds=90)
EXPORT = Token("after_cursor", "cursor", more="end_of_stream", more_is=False, drops=("start_time",))

STREAMS = (
    Stream(
        "organizations",
        "companies",
        "/api/v2/incremental/organizations.json",
        RecordSchema(changed="updated_at", deleted=("deleted_at", ())),
        Link("next_page", more="end_of_stream", more_is=False),
        "organizations",
        source_lag=LAG,
        deletes=("flag",),
        needs="an administrator's token",
    ),
    Stream(
        "users",
        "contacts",
        "/api/v2/incremental/users/cursor.json",
        RecordSchema(changed="updated_at", deleted=("active", ("false",))),
        EXPORT,
        "users",
        params={"per_page": "1000"},
        source_lag=LAG,
        deletes=("flag",),
        needs="an administrator's token",
    ),
    Stream(
        "tickets",
        "tickets",
        "/api/v2/incremental/tickets/cursor.json",
        # generated_timestamp also moves with changes that leave updated_at alone, and is what the export goes by
        RecordSchema(changed="generated_timestamp", changed_as="epoch", deleted=("status", ("deleted",))),
        EXPORT,
        "tickets",
        params={"per_page": "1000", "include": "metric_sets"},
        source_lag=LAG,
        deletes=("flag",),
        needs="an administrator's token",
    ),
    Stream(
        "satisfaction_ratings",
        "surveys",
        "/api/v2/satisfaction_ratings.json",
        RecordSchema(changed="updated_at"),
        Token("meta.after_cursor", "page[after]", more="meta.has_more"),
        "satisfaction_ratings",
        params={"page[size]": "100"},
        lookback=timedelta(days=30),  # start_time goes by creation, and a customer may think again
        source_lag=LAG,
        needs="an administrator's token",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """One export from the window's lower bound; the API has no upper bound."""
    stream, lower = context.stream, context.window.lower
    start = 0 if lower is None else epoch_ms(lower) // 1000
    request = Request(stream.path, {**stream.params, "start_time": str(start)})
    yield ReadStep(request, stream.pages, stream.row, stream.records)


def count(context: Context) -> int | None:
    """About how many records there are: Zendesk counts large tables once a day. For a first look, not for a proof."""
    reply = context.http.send(Request(f"/api/v2/{context.stream.name}/count.json"), context.where)
    told = members(reply.body).get("count")
    value = msgspec.json.decode(told).get("value") if told else None
    return value if isinstance(value, int) else None


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API token of an agent: user `<e-mail>/token`."""
    return basic(f"{settings['user']}/token", secrets["token"])


ZENDESK = Connector(
    "zendesk",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "user": None},
    count=count,
    rate=(10, 1.0),  # the incremental exports permit 10 a minute on the smallest plan: set `rate_limit`
    at_once=4,
)
