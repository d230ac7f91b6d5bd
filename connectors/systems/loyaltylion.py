"""LoyaltyLion: customers of a loyalty programme with their points and tier, and the ledger of points.

    GET /v2/customers                                   all, every night; who is missing is gone
    GET /v2/transactions?created_at_min=…               the ledger, since the last night

The answer names a cursor for the next page, and null at the end. Nothing tells who was deleted and nothing is counted,
so customers are read as a whole. A transaction never changes: what is void is booked the other way; the activity or
customer that stands in it is as it is now, and is not looked at.
Sources: developers.loyaltylion.com/api-reference: Pagination, Authentication, v2 Customers, v2 Transactions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.pagination import Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

COUNT = "500"  # records a page: the API's most
PAGES = Token("cursor.next", "cursor", must_show=True)

STREAMS = (
    Stream(
        "customers",
        "loyalty_balances",
        "/v2/customers",
        RecordSchema(changed="updated_at"),
        PAGES,
        "customers",
        cursor=False,
        deletes=("sweep",),
        needs="read_customers",
    ),
    Stream(
        "transactions",
        "loyalty_events",
        "/v2/transactions",
        RecordSchema(changed="created_at"),
        PAGES,
        "transactions",
        lookback=timedelta(hours=1),
        needs="read_customers",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All customers; of the ledger what was booked since."""
    stream, lower = context.stream, context.window.lower
    asked = Request(stream.path, {"limit": COUNT})
    if stream.cursor and lower is not None:
        asked = asked.with_params(created_at_min=iso(lower))
    yield ReadStep(asked, PAGES, stream.row, stream.records)


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key of the programme."""
    return bearer(secrets["token"])


LOYALTYLION = Connector(
    "loyaltylion",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.loyaltylion.com"},
    rate=(15, 1.0),  # 20 a second
)
