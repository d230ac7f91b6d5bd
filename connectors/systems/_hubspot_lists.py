"""HubSpot's lists, which it calls segments by now, and which contacts are on each.

    every night   POST /crm/lists/2026-09/search                          all: a deleted one is not among them
                  GET  /crm/lists/2026-09/{list}/memberships/join-order   of each list of contacts all members

Nothing tells who has left a list but that they are not on it any more, so that all members are read each night, 250 a
page. A membership has the contact's id and the time since which it is on the list. Lists of companies and deals are
landed, and their members are not: those are nobody's.
Sources: HubSpot's HubSpot-public-api-spec-collection, CRM, Lists (ListSearchRequest, JoinTimeAndRecordId); its clients
of 2026 for Ruby, Go and PHP (a page of the search has at most 500 lists, one of members 250).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from crm360.connectors.engine.connector import Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems._hubspot_marketing import Probe

VERSION = "2026-09"
LISTED, MEMBERS = 500, "250"  # records a page: the API's most
CONTACTS = "0-1"  # the type of the objects that are contacts
PAGES = Token("paging.next.after", "after")
LACKING, DENIED, GONE = (403, 404), (403,), 404  # a list that was deleted since it was listed is gone
NEEDS = "crm.lists.read"


@dataclass(frozen=True)
class OffsetInBody:
    """Pages of a search whose answer says where the next one begins; a flag says whether there is one."""

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for a page that says neither."""
        more, offset = page.get("hasMore"), page.get("offset")
        if not isinstance(more, bool) or (more and not isinstance(offset, int)):
            raise BadResponse("the answer does not say whether there are more lists")
        return request.with_body(offset=offset) if more else None


STREAMS = (
    Stream(
        "lists",
        "lists",
        f"/crm/lists/{VERSION}/search",
        RecordSchema(key=("listId",), changed="updatedAt"),
        OffsetInBody(),
        "lists",
        cursor=False,
        deletes=("sweep",),
        needs=NEEDS,
    ),
    Stream(
        "list_members",
        "list_members",
        f"/crm/lists/{VERSION}",
        RecordSchema(key=("listId", "recordId"), changed="membershipTimestamp"),
        PAGES,
        cursor=False,
        deletes=("sweep",),
        parent="lists",
        needs=NEEDS,
    ),
)
NAMES = frozenset(stream.name for stream in STREAMS)


def read_plan(context: Context, probe: Probe) -> Iterator[ReadStep]:
    """All lists, or all members of each; nothing where `probe` finds that the account lacks it."""
    stream = context.stream
    if stream.name == "lists":
        request = Request(stream.path, body={"query": "", "count": LISTED, "offset": 0}, method="POST")
        first = probe(context, request, LACKING, ())
        if first is not None:
            yield ReadStep(request, stream.pages, stream.row, stream.records, first=first)
        return
    asked = False
    for number, record in context.parents():
        if record.get("objectTypeId") != CONTACTS:
            continue
        request = Request(f"{stream.path}/{number}/memberships/join-order", {"limit": MEMBERS})
        first = None if asked else probe(context, request, DENIED, (GONE,))
        if first is None and not asked:
            return
        asked = True
        yield ReadStep(request, PAGES, stream.row, no_data=(GONE,), enrich=_of(number), first=first)


def _of(number: str) -> Callable[[Context, list[bytes]], list[bytes]]:
    """Puts the list's id into its members."""

    def named(_context: Context, records: list[bytes]) -> list[bytes]:
        return [msgspec.json.encode({"listId": number, **members(record)}) for record in records]

    return named
