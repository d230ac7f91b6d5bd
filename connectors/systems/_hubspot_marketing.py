"""HubSpot's marketing: forms and who submitted them, e-mails that were sent to many, and what became of each.

    every night   GET /marketing/v3/forms?formTypes=all[&archived=true]       all; without formTypes, one kind only
                  GET /form-integrations/v1/submissions/forms/{id}            newest first, down to the last night
                  GET /marketing/emails/2026-09?includeStats=true[&archived=true]     all: the number of sent ones moves
                  GET /email/public/v1/events?eventType=…&startTimestamp=…    one kind after the other, a day again

Forms and submissions have no dated path (September 2026), and the log of events none but the first version's, which
HubSpot ends in September 2027: it is read here and nowhere else. A submission names nobody but by what was typed in:
its e-mail address is kept, and nothing else of that. Of an e-mail its text is not kept, of an event neither the device
nor the place. Submissions and events tell of no deletion.
Sources: developers.hubspot.com, "Forms", "Marketing emails", "Email analytics v1"; HubSpot's
HubSpot-public-api-spec-collection, Marketing; airbytehq/airbyte #49140 (formTypes), #19928 (order of submissions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Context, ReadStep
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.stream import Stream

VERSION = "2026-09"
EMAILS = f"/marketing/emails/{VERSION}"
LISTED, SUBMITTED, LOGGED = "100", "50", "1000"  # records a page: of submissions and events the API's most
GONE = 404  # a form that was deleted since it was listed
ADDRESS = "email"  # the field of every form that asks for one
# Kinds of events; the others tell of the steps of a delivery.
KINDS = ("SENT", "BOUNCE", "OPEN", "CLICK", "SPAMREPORT", "STATUSCHANGE")
KEPT_OF_EVENTS = (
    "id", "created", "type", "recipient", "emailCampaignId", "emailCampaignGroupId", "subject", "url", "category",
    "filteredEvent", "portalSubscriptionStatus", "subscriptions",
)  # fmt: skip
PAGES = Token("paging.next.after", "after")
LOG = Token("offset", "offset", more="hasMore")
ARCHIVED = ("archived", ("true",))
LACKING, DENIED = (403, 404), (403,)
# The first answer of a stream; None for a status that says that the account lacks it. The last are handed on.
Probe = Callable[[Context, Request, tuple[int, ...], tuple[int, ...]], Reply | None]


@dataclass(frozen=True)
class NewestFirst:
    """Pages of HubSpot's submissions: the end is the last page, or one that ends before `since` (epoch ms)."""

    since: int | None = None

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. `submittedAt` of the last record says whether what follows has been read before."""
        last = page.of_last("submittedAt") if page.records else None
        if self.since is not None and isinstance(last, int) and last < self.since:
            return None
        return PAGES.next(request, page)


STREAMS = (
    Stream(
        "forms",
        "forms",
        "/marketing/v3/forms",
        RecordSchema(changed="updatedAt", deleted=ARCHIVED),
        PAGES,
        cursor=False,
        deletes=("flag", "sweep"),
        needs="forms",
    ),
    Stream(
        "form_submissions",
        "interactions",
        "/form-integrations/v1/submissions/forms",
        RecordSchema(key=("conversionId",), changed="submittedAt", changed_as="epoch_ms"),
        NewestFirst(),
        lookback=timedelta(hours=1),
        parent="forms",
        needs="forms and forms-uploaded-files",
    ),
    Stream(
        "marketing_emails",
        "campaigns",
        EMAILS,
        RecordSchema(changed="updatedAt", deleted=ARCHIVED),
        PAGES,
        cursor=False,
        deletes=("flag", "sweep"),
        needs="content",
    ),
    Stream(
        "email_events",
        "email_events",
        "/email/public/v1/events",
        RecordSchema(key=("id", "created"), changed="created", changed_as="epoch_ms"),
        LOG,
        "events",
        lookback=timedelta(days=1),
        needs="content",
    ),
)
NAMES = frozenset(stream.name for stream in STREAMS)


def read_plan(context: Context, probe: Probe) -> Iterator[ReadStep]:
    """The steps of one of these streams; none where `probe` finds that the account lacks it."""
    if context.stream.name == "form_submissions":
        yield from _submissions(context, probe)
    elif context.stream.name == "email_events":
        yield from _events(context, probe)
    else:
        yield from _listed(context, probe)


def _listed(context: Context, probe: Probe) -> Iterator[ReadStep]:
    """All of a list, and what has been archived of it."""
    stream = context.stream
    is_forms = stream.name == "forms"
    params = {"limit": LISTED} | ({"formTypes": "all"} if is_forms else {"includeStats": "true"})
    request, enrich = Request(stream.path, params), None if is_forms else _without_text
    first = probe(context, request, LACKING, ())
    if first is None:
        return
    yield ReadStep(request, PAGES, stream.row, enrich=enrich, first=first)
    yield ReadStep(request.with_params(archived="true"), PAGES, stream.row, enrich=enrich)


def _submissions(context: Context, probe: Probe) -> Iterator[ReadStep]:
    """Of each form what was submitted since the last night; of a form that is new here, all."""
    stream, lower = context.stream, context.window.lower
    known = set(context.state.get("forms", []))
    read: list[str] = []
    for form, record in context.parents():
        request = Request(f"{stream.path}/{form}", {"limit": SUBMITTED})
        first = None if read else probe(context, request, DENIED, (GONE,))
        if first is None and not read:
            return
        since = epoch_ms(lower) if lower is not None and form in known else None
        enrich = _of(form, str(record.get("name") or ""), since)
        yield ReadStep(request, NewestFirst(since), stream.row, enrich=enrich, no_data=(GONE,), first=first)
        read.append(form)
    context.state["forms"] = read


def _events(context: Context, probe: Probe) -> Iterator[ReadStep]:
    """One pass for each kind of event, since the last night less a day: one may be shown later than it is dated."""
    stream, lower = context.stream, context.window.lower
    since: dict[str, str] = {} if lower is None else {"startTimestamp": str(epoch_ms(lower))}
    for number, kind in enumerate(KINDS):
        request = Request(stream.path, {"eventType": kind, "limit": LOGGED, **since})
        first = None if number else probe(context, request, LACKING, ())
        if first is None and not number:
            return
        yield ReadStep(request, LOG, stream.row, stream.records, enrich=_event, first=first)


def _of(form: str, name: str, since: int | None) -> Callable[[Context, list[bytes]], list[bytes]]:
    """Puts the form's id and name into its submissions, and leaves out what was typed in, but for an address.

    A page goes on before `since`: what stands there was landed in nights before, and is left out, too.
    """

    def kept(_context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            told = members(record)
            at = msgspec.json.decode(told["submittedAt"]) if "submittedAt" in told else None
            if since is not None and isinstance(at, int) and at < since:
                continue
            values = msgspec.json.decode(told["values"]) if "values" in told else []
            address = next((v.get("value") for v in values or [] if v.get("name") == ADDRESS), None)
            page = msgspec.json.decode(told["pageUrl"]) if "pageUrl" in told else None
            told = {n: v for n, v in told.items() if n not in ("values", "pageUrl")}
            made: dict[str, Any] = {"formId": form, "formName": name, "email": address}
            made["pageUrl"] = page.split("?")[0].split("#")[0] if isinstance(page, str) else None
            whole.append(msgspec.json.encode({**told, **made}))
        return whole

    return kept


def _without_text(_context: Context, records: list[bytes]) -> list[bytes]:
    opened = (members(record) for record in records)
    return [msgspec.json.encode({n: v for n, v in record.items() if n != "content"}) for record in opened]


def _event(_context: Context, records: list[bytes]) -> list[bytes]:
    opened = (members(record) for record in records)
    return [msgspec.json.encode({n: record[n] for n in KEPT_OF_EVENTS if n in record}) for record in opened]
