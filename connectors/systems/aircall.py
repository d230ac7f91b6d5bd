"""Aircall: calls.

    GET /v1/calls?from&order=asc&fetch_contact=true&per_page&page    calls that began since a moment, oldest first

A list gives 10,000 records at the most, so each page begins anew a second before the last call of the page before, and
only calls of one second are counted by pages. There is no filter by change: a call that was going on is read again the
next night. Whose a call is, is told by the address of the contact, if Aircall knows one, and by the number.
Sources: support.aircall.io, "Pagination" (meta, 50 a page, 10,000 records, from and to); airbytehq/airbyte,
source-aircall (fields of calls); clients of others for fetch_contact and a contact's emails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream

MOST, CEILING = 50, 10_000  # records a page, and in all
STARTED = "started_at"


@dataclass(frozen=True)
class SinceThenNumbered:
    """Numbered pages in order of time, each beginning anew at the last time seen, while the answer links to a next one.

    {"meta": {"count": 50, "total": 312, "current_page": 1, "next_page_link": "https://…"}, "calls": […]}
    """

    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where it is not said, or more began at one moment than a list gives."""
        if not page.has("meta.next_page_link"):
            raise BadResponse("the answer does not say whether it is the last ('meta.next_page_link')")
        if page.get("meta.next_page_link") is None:
            return None
        last = page.of_last(STARTED)
        if not isinstance(last, int) or isinstance(last, bool):
            raise BadResponse(f"a page's last record has no readable '{STARTED}', where the next begins")
        if last - 1 > int(request.params.get("from", "0")):
            return request.with_params(**{"from": last - 1, "page": 1})
        number = int(request.params["page"]) + 1
        if number * MOST > CEILING:
            raise BadResponse(f"more calls began at one moment than the {CEILING} that the list gives")
        return request.with_params(page=number)


PAGES = SinceThenNumbered()

STREAMS = (
    Stream(
        "calls",
        "interactions",
        "/v1/calls",
        RecordSchema(changed=STARTED, changed_as="epoch"),
        PAGES,
        "calls",
        params={"order": "asc", "fetch_contact": "true"},
        lookback=timedelta(days=1),
        needs="an API key",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The calls that began in the window."""
    stream, lower = context.stream, context.window.lower
    request = Request(stream.path, {**stream.params, "per_page": str(MOST), "page": "1"})
    if lower is not None:
        request = request.with_params(**{"from": epoch_ms(lower) // 1000})
    yield ReadStep(request, PAGES, stream.row, stream.records)


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key: its id as the user of Basic credentials, its token as the password."""
    return basic(settings["user"], secrets["token"])


AIRCALL = Connector(
    "aircall",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.aircall.io", "user": None},
    meanings={"user": "The API key's id."},
    rate=(55, 60.0),  # 60 a minute
)
