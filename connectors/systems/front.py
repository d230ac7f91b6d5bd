"""Front: teammates, contacts, and conversations as tickets.

    GET /teammates                                          all
    GET /contacts?sort_by=created_at&sort_order=asc         all: nothing tells of who was deleted or merged
    GET /conversations?sort_by=date&sort_order=asc          all, the first night
    GET /events?q[after]&sort_by=created_at&sort_order=asc  what has happened since, each event with its conversation

The list of conversations is ordered by what a company calls a reason to bump one up, not by change, and has no filter
by time: so a night reads events, fifteen a page. A conversation that was put into the bin has the status `deleted`; one
that was merged into another is named by the event of the merge. The next page's address is on another host than the
API's: its token alone is taken. Times are seconds with a fraction; `created` and `changed` are UTC. Of a conversation
named fields alone are landed, for it may bring its last message.
Sources: frontapp/front-api-specs, core-api.json 1.0.0; dev.frontapp.com, "Pagination", "Query object (q)", "Rate
limits"; a contact that amp-labs/connectors recorded has `updated_at`, which the description leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

MOST, EVENTS = "100", "15"  # records a page: the API's most
NEXT = "_pagination.next"
OF_CONVERSATIONS = (
    "id", "type", "subject", "status", "status_id", "status_category", "ticket_ids", "recipient", "custom_fields",
    "is_private", "waiting_since",
)  # fmt: skip
OF_CONTACTS = ("id", "name", "handles", "custom_fields", "is_private")


@dataclass(frozen=True)
class TokenOfLink:
    """The answer holds the next page's address, of which the token is taken; null means the end."""

    landmark = NEXT

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for an address without a token, and where the end is not told."""
        if not page.has(NEXT):
            raise BadResponse(f"the answer does not say whether it is the last ('{NEXT}')")
        link = page.get(NEXT)
        if link is None:
            return None
        token = parse_qs(urlsplit(str(link)).query).get("page_token", [""])[0]
        if not token:
            raise BadResponse("the answer says that there is more, but not where")
        return request.with_params(page_token=token)


PAGES = TokenOfLink()

STREAMS = (
    Stream(
        "teammates", "owners", "/teammates", RecordSchema(), OnePage(), "_results",
        cursor=False, deletes=("sweep",), needs="teammates:read",
    ),
    Stream(
        "contacts", "contacts", "/contacts", RecordSchema(changed="changed"), PAGES, "_results",
        cursor=False, deletes=("sweep",), params={"limit": MOST, "sort_by": "created_at", "sort_order": "asc"},
        needs="contacts:read",
    ),
    Stream(
        "conversations", "tickets", "/conversations",
        RecordSchema(changed="changed", deleted=("status", ("deleted",))), PAGES, "_results",
        deletes=("flag", "event"), params={"limit": MOST, "sort_by": "date", "sort_order": "asc"},
        needs="conversations:read, events:*:read",
    ),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All of it; of conversations what has happened since."""
    stream, lower = context.stream, context.window.lower
    everything = Request(stream.path, stream.params)
    if stream.name == "teammates":
        yield ReadStep(everything, stream.pages, stream.row, stream.records)
    elif stream.name == "contacts":
        yield ReadStep(everything, PAGES, stream.row, stream.records, enrich=_contacts)
    elif lower is None:
        yield ReadStep(everything, PAGES, stream.row, stream.records, enrich=_conversations)
    else:
        after = f"{(epoch_ms(lower) - 1) / 1000:.3f}"
        asked = {"q[after]": after, "limit": EVENTS, "sort_by": "created_at", "sort_order": "asc"}
        yield ReadStep(Request("/events", asked), PAGES, stream.row, stream.records, enrich=_of_events)


def utc_of(seconds: Any) -> Any:
    """2026-07-01T02:00:00.123Z; what is no number as it is told."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return seconds
    return iso(datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC), precision="milliseconds")


def _contacts(_context: Context, records: list[bytes]) -> list[bytes]:
    whole = []
    for record in records:
        read = msgspec.json.decode(record)
        kept = {name: read[name] for name in OF_CONTACTS if name in read}
        whole.append(msgspec.json.encode({**kept, "changed": utc_of(read.get("updated_at"))}))
    return whole


def _conversations(_context: Context, records: list[bytes]) -> list[bytes]:
    return [msgspec.json.encode(_conversation(msgspec.json.decode(record))) for record in records]


def _conversation(read: Mapping[str, Any]) -> dict[str, Any]:
    """What is landed of a conversation: no message, and of people their ids alone, beside the recipient's address."""
    kept = {name: read[name] for name in OF_CONVERSATIONS if name in read}
    contact = ((read.get("recipient") or {}).get("_links") or {}).get("related", {}).get("contact")
    named = {
        "assignee_id": (read.get("assignee") or {}).get("id"),
        "contact_id": str(contact).rsplit("/", 1)[-1] if contact else None,
        "tags": [tag.get("name") for tag in read.get("tags") or ()],
    }
    return {**kept, **named, "created": utc_of(read.get("created_at")), "changed": utc_of(read.get("updated_at"))}


def _of_events(_context: Context, records: list[bytes]) -> list[bytes]:
    """The conversations on which something has happened, and what was merged into one of them."""
    whole = []
    for record in records:
        event = msgspec.json.decode(record)
        conversation = event.get("conversation")
        if conversation:
            whole.append(msgspec.json.encode(_conversation(conversation)))
        if event.get("type") == "conversations_merged":
            gone = (event.get("target") or {}).get("data") or ()
            for one in gone if isinstance(gone, list) else ():
                told = {"id": one, "status": "deleted", "changed": utc_of(event.get("emitted_at"))}
                whole.append(msgspec.json.encode(told))
    return whole


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API token."""
    return Auth({"Authorization": f"Bearer {secrets['token']}"}, (secrets["token"],))


FRONT = Connector(
    "front",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api2.frontapp.com"},
    rate=(8, 10.0),  # 50 a minute on the smallest plan
)
