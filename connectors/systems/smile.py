"""Smile.io: members of a loyalty programme with their points, the ledger of points, and the tiers.

    GET /v1/vip_tiers                                  all
    GET /v1/customers?include=vip_status               all, every night; who is missing is gone
    GET /v1/points_transactions?updated_at_min=…       the ledger, since the last night

Lists are sorted by id, the newest first, and paged by a cursor, which keeps its place while others come. Nothing tells
who was deleted and nothing is counted, so members are read as a whole. A booking is never taken back: what is void is
booked the other way.
Sources: dev.smile.io: Customers, Points Transactions, VIP Tiers, Cursor pagination, Rate limits; schemas/rest-api.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.pagination import OnePage, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

COUNT = "250"  # records a page: the API's most
PAGES = Token("metadata.next_cursor", "cursor", must_show=True)

STREAMS = (
    Stream(
        "vip_tiers",
        "loyalty_tiers",
        "/v1/vip_tiers",
        RecordSchema(),
        OnePage(),
        "vip_tiers",
        cursor=False,
        deletes=("sweep",),
        needs="vip_tier:read",
    ),
    Stream(
        "customers",
        "loyalty_balances",
        "/v1/customers",
        RecordSchema(changed="updated_at"),
        PAGES,
        "customers",
        cursor=False,
        params={"include": "vip_status"},
        deletes=("sweep",),
        needs="customer:read",
    ),
    Stream(
        "points_transactions",
        "loyalty_events",
        "/v1/points_transactions",
        RecordSchema(changed="updated_at"),
        PAGES,
        "points_transactions",
        needs="points_transaction:read",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All tiers and members; of the ledger what was booked or changed since."""
    stream, lower = context.stream, context.window.lower
    asked = Request(stream.path, {**stream.params, "limit": COUNT})
    if stream.name == "vip_tiers":
        asked = Request(stream.path)
    elif stream.cursor and lower is not None:
        asked = asked.with_params(updated_at_min=iso(lower))
    yield ReadStep(asked, stream.pages, stream.row, stream.records)


def throttled(reply: Reply) -> float | None:
    """Ten requests a second are permitted, and a second later again."""
    return 1.0 if reply.status == 429 and "retry-after" not in reply.headers else None


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A private app's API key."""
    return bearer(secrets["token"])


SMILE = Connector(
    "smile",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.smile.io"},
    rate=(8, 1.0),  # 10 a second
    throttled=throttled,
)
