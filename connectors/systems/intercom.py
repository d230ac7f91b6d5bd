"""Intercom: admins, companies, contacts, and conversations with their statistics and ratings.

    GET  /admins                  all
    GET  /companies?page          all: there is no filter by time; 10,000 at the most
    POST /contacts/search         updated_at > a day, by starting_after; the same of /conversations/search
    GET  /conversations/deleted   what is gone, newest first, back to the last night
    POST …/search, a page of one  how many there are; all are read where we have others

A search for contacts cuts the moment it is given to a day in the workspace's time zone, and `>` means from the next
day on; other comparisons are refused. So two days are read again, of which a day is sure to be shown; those of
conversations, too. Who was merged into somebody is in no answer, but named by the winner if asked for (merge_history).
Which fields an answer has goes by the version of the API that a header names. What was written is not asked for.
Source: intercom/Intercom-OpenAPI, descriptions/2.16 (contacts/search, conversations/search, conversations/deleted,
companies, admins; starting_after_paging, conversation_statistics, conversation_rating, merge_history_item).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import Numbered, OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

VERSION = "2.16"
MOST, COMPANIES, DELETED = 150, "60", "60"  # records a page: the API's most
CEILING = 10_000  # companies that the list gives
CUT_TO_DAYS = timedelta(days=2)


@dataclass(frozen=True)
class StartingAfter:
    """The next page begins after a cursor, which goes into the body.

    {"data": [...], "total_count": 40, "pages": {"page": 1, "next": {"per_page": 20, "starting_after": "WzE3…"}}}
    """

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for an answer that does not say whether it is the last."""
        if not isinstance(page.get("pages"), dict):
            raise BadResponse("the answer does not say whether it is the last ('pages')")
        if page.get("pages.next") is None:
            return None
        cursor = page.get("pages.next.starting_after")
        if not isinstance(cursor, str) or not cursor:
            raise BadResponse("the answer says that there is more, but not where")
        return request.with_body(pagination={"per_page": MOST, "starting_after": cursor})


@dataclass(frozen=True)
class BackTo:
    """Numbered pages, newest first, as far back as `since` (epoch seconds), or to the end."""

    since: int
    pages_shift: ClassVar[bool] = True
    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request; None at the end, and once a page's last record is older."""
        following = Numbered("page", "pages", first=1, total="pages.total_pages").next(request, page)
        last = page.of_last("deleted_at")
        return None if isinstance(last, int) and last < self.since else following


PAGES = StartingAfter()

STREAMS = (
    Stream(
        "admins",
        "owners",
        "/admins",
        RecordSchema(),
        OnePage(),
        "admins",
        cursor=False,
        deletes=("sweep",),
        needs="Read admins",
    ),
    Stream(
        "companies",
        "companies",
        "/companies",
        RecordSchema(changed="updated_at", changed_as="epoch"),
        Numbered("page", "pages", first=1, total="pages.total_pages"),
        "data",
        cursor=False,
        params={"per_page": COMPANIES},
        deletes=("sweep",),
        needs="Read and list users and companies",
    ),
    Stream(
        "contacts",
        "contacts",
        "/contacts/search",
        RecordSchema(changed="updated_at", changed_as="epoch", merged_ids="merged_ids"),
        PAGES,
        "data",
        params={"include_merge_history": "true"},
        lookback=CUT_TO_DAYS,
        deletes=("feed", "sweep"),
        needs="Read and list users and companies",
    ),
    Stream(
        "conversations",
        "tickets",
        "/conversations/search",
        RecordSchema(changed="updated_at", changed_as="epoch"),
        PAGES,
        "conversations",
        lookback=CUT_TO_DAYS,
        deletes=("feed", "sweep"),
        needs="Read conversations",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What has changed and what is gone since; all of it where the numbers differ."""
    stream, lower = context.stream, context.window.lower
    if not stream.cursor:
        notes = _refuse_more if stream.name == "companies" else None
        yield ReadStep(Request(stream.path, stream.params), stream.pages, stream.row, stream.records, notes=notes)
        return
    enrich = _with_merged if stream.name == "contacts" else None
    yield ReadStep(_search(stream, lower), PAGES, stream.row, stream.records, enrich=enrich)
    if stream.name == "conversations":
        gone = RecordSchema(changed="deleted_at", changed_as="epoch", is_tombstone=True)
        asked = Request("/conversations/deleted", {"page": "1", "per_page": DELETED, "order": "desc"})
        since = 0 if lower is None else epoch_ms(lower) // 1000
        yield ReadStep(asked, BackTo(since), gone, "conversations", reads="deletes")
    if count(context) != context.count_of_live() and lower is not None:
        yield ReadStep(_search(stream, None), PAGES, RecordSchema(), stream.records, reads="keys")


def _search(stream: Stream, since: datetime | None, most: int | None = None) -> Request:
    moment = 0 if since is None else epoch_ms(since) // 1000
    query = {"field": "updated_at", "operator": ">", "value": moment}
    return Request(
        stream.path, stream.params, {"query": query, "pagination": {"per_page": most or MOST}}, method="POST"
    )


def _with_merged(_context: Context, records: list[bytes]) -> list[bytes]:
    """Each contact with the ids of those that were merged into it, as a list of ids."""
    whole = []
    for record in records:
        history: list[dict[str, Any]] = msgspec.json.decode(record).get("merge_history") or []
        losers = [one["source_contact_id"] for one in history if one.get("source_contact_id")]
        whole.append(msgspec.json.encode({**members(record), "merged_ids": losers}) if losers else record)
    return whole


def _refuse_more(context: Context, page: Page) -> None:
    """Raise BadResponse where there are more companies than the list gives: the rest would count as deleted."""
    total = page.get("total_count")
    if isinstance(total, int) and total > CEILING:
        raise BadResponse(f"{total} companies, of which the list gives {CEILING} only: skip them", where=context.where)


def count(context: Context) -> int | None:
    """How many contacts or conversations there are; None for other streams. Raises BadResponse where it is not said."""
    if not context.stream.cursor:
        return None
    reply = context.http.send(_search(context.stream, None, 1), context.where)
    answer = msgspec.json.decode(reply.body)
    found = answer.get("total_count") if isinstance(answer, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise BadResponse("the answer does not state its 'total_count'", where=context.where)
    context.source_total = found
    return found


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An app's access token; beside it the version that answers are asked for in."""
    return Auth({"Authorization": f"Bearer {secrets['token']}", "Intercom-Version": VERSION}, (secrets["token"],))


INTERCOM = Connector(
    "intercom",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.intercom.io"},  # api.eu., api.au. where the workspace's data lie there
    rate=(160, 10.0),  # a minute's calls are given out in parts of ten seconds
    at_once=2,
    count=count,
)
