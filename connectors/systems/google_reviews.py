"""Google Business Profile: reviews of locations, by the API v4.

    GET /v4/accounts/{account}/locations/{location}/reviews?orderBy=updateTime desc   newest first, down to the window
    the same by rating and by rating desc                                            where the numbers differ

An answer states how many reviews a location has (`totalReviewCount`). Where their sum is not what we hold, all are read
in two more orders: a page after the first may miss reviews (known issue of 2026-06-17), so one that was missed is found
in another order, and one is gone only where both further orders miss it, and only if they show as many as there are.
A reviewer has a name or is anonymous; nothing here reaches anybody.
Sources: developers.google.com/my-business/reference/rest/v4 (accounts.locations.reviews), content/known-issues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import OnePage, Paginator, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import read_time
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

COUNT = "50"  # records a page: the API's most
KEY, CHANGED, TOTAL = "reviewId", "updateTime", "totalReviewCount"
ALL = Token("nextPageToken", "pageToken")
AGAIN = ("rating", "rating desc")  # two further orders; ascending by time there is none


@dataclass(frozen=True)
class DownTo:
    """Pages of newest records first, as long as their last one has changed since a moment (None: all)."""

    since: datetime | None

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where a page's last record has no readable change time."""
        following = ALL.next(request, page)
        if following is None or self.since is None or not page.records:
            return following
        try:
            seen = read_time(str(page.of_last(CHANGED)), "iso")
        except ValueError as error:
            raise BadResponse(f"a page's last record has no readable '{CHANGED}', where the reading ends") from error
        return following if seen >= self.since else None


STREAMS = (
    Stream(
        "reviews",
        "reviews",
        "/v4/accounts/{account}/locations/{location}/reviews",
        RecordSchema(key=(KEY,), changed=CHANGED),
        ALL,
        "reviews",
        lookback=timedelta(days=1),
        deletes=("sweep",),
        dedup_against_all=True,  # of a location that is new, all are read
        needs="business.manage (OAuth scope), and access to the Business Profile APIs",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What has changed in each location; where the numbers differ, all in other orders, and what ids there are."""
    lower, locations = context.window.lower, _locations(context.settings)
    known, totals = set(context.state.get("locations", [])), dict[str, int]()
    for location in locations:
        pages = DownTo(lower if location in known else None)
        yield _step(context, location, "updateTime desc", pages, totals)
    context.state["locations"] = locations
    if context.source_total == context.count_of_live():
        return
    again = [(location, order) for location in locations for order in AGAIN]
    ids = {i for location, order in again for i in review_ids(context, location, order)} if lower is not None else set()
    if ids and len(ids) >= sum(totals.values()):
        told = Reply(200, {}, msgspec.json.encode({context.stream.records: [{KEY: i} for i in sorted(ids)]}))
        request, row = _asked(context, *again[0]), RecordSchema(key=(KEY,))
        yield ReadStep(request, OnePage(), row, context.stream.records, reads="keys", first=told)
        return
    for location, order in again:
        yield _step(context, location, order, ALL, totals)


def _asked(context: Context, location: str, order: str) -> Request:
    path = context.stream.path.format(account=context.settings["account_id"], location=location)
    return Request(path, {"pageSize": COUNT, "orderBy": order})


def _step(context: Context, location: str, order: str, pages: Paginator, totals: dict[str, int]) -> ReadStep:
    stream = context.stream

    def note(_context: Context, page: Page) -> None:
        """How many reviews there are; a location without any says nothing."""
        told = page.get(TOTAL)
        if page.records and (not isinstance(told, int) or isinstance(told, bool)):
            raise BadResponse(f"the answer does not state its '{TOTAL}'", where=context.where)
        totals[location] = told if isinstance(told, int) else 0
        context.source_total = sum(totals.values())

    request = _asked(context, location, order)
    return ReadStep(request, pages, stream.row, stream.records, notes=note, may_lack=True)


def review_ids(context: Context, location: str, order: str) -> Iterator[str]:
    """The ids that one order shows."""
    for page in context.pages_of(_asked(context, location, order), ALL, context.stream.records, may_lack=True):
        yield from (str(msgspec.json.decode(record)[KEY]) for record in page.records)


def _locations(settings: Mapping[str, str]) -> list[str]:
    return [part.strip() for part in settings["location_ids"].split(",") if part.strip()]


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An OAuth client with the refresh token of somebody who manages the locations."""
    return client_credentials("google_reviews", settings, secrets, f"{settings['login_url'].rstrip('/')}/token")


GOOGLE_REVIEWS = Connector(
    "google_reviews",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://mybusiness.googleapis.com",
        "login_url": "https://oauth2.googleapis.com",
        "client_id": None,
        "account_id": None,
        "location_ids": None,
    },
    meanings={
        "account_id": "Id of the Business Profile account: the digits after accounts/.",
        "location_ids": "Ids of the locations whose reviews are read, with commas between them.",
    },
    secrets=("client_secret", "refresh_token"),
    rate=(4, 1.0),  # 300 a minute
)
