"""HubSpot's forms and who submitted them, its marketing e-mails, and the log of what became of each.

Shapes: HubSpot's HubSpot-public-api-spec-collection, Marketing (Forms v3, Marketing Emails 2026-09), and
developers.hubspot.com, "Forms v1" and "Email analytics v1". Traps that it plays: a list without `formTypes` shows one
kind of form only; a submission names its person by what was typed in; submissions and events come newest first; an
event names the sending, which a marketing e-mail lists, and not the e-mail; events of our own office are marked, not
left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.letters import BOUNCED, CLICKED, COMPLAINED, LEFT, OPENED, RECEIVED
from crm360.connectors.sandbox.company.mail import SUBJECTS, campaign_title
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
FORMS = {
    "1e2d3c4b-0000-4000-8000-000000000001": ("Contact us", "hubspot", False),
    "1e2d3c4b-0000-4000-8000-000000000002": ("The catalogue, please", "captured", False),
    "1e2d3c4b-0000-4000-8000-000000000003": ("A form of old", "hubspot", True),
}
MOST_LISTED, MOST_SUBMITTED, MOST_LOGGED = 100, 50, 1000
FIRST_EMAIL, FIRST_SENDING = 170_000_000_001, 330_000_001
TYPES = {
    RECEIVED: "SENT", OPENED: "OPEN", CLICKED: "CLICK", BOUNCED: "BOUNCE", LEFT: "STATUSCHANGE",
    COMPLAINED: "SPAMREPORT",
}  # fmt: skip
OWN_OFFICE = 11  # one event in so many


def submission_id(number: int) -> str:
    """The conversionId of a submission: a UUID that ends in its number."""
    return f"5b0c0000-0000-4000-8000-{number:012d}"


def _page(call: Call, every: list[Record], most: int) -> Reply:
    """A page of a list whose token is the place in it."""
    limit, after = call.number("limit", 20), call.number("after", 0)
    if not 1 <= limit <= most:
        raise Refused(400, f"Invalid limit: {limit}. The limit must be between 1 and {most}.")
    content: Record = {"results": every[after : after + limit]}
    if after + limit < len(every):
        content["paging"] = _next(call, str(after + limit))
    return Reply(content, keep=True)


def _next(call: Call, after: str) -> Record:
    query = urlencode(dict(call.query) | {"after": after})
    return {"next": {"after": after, "link": f"{call.root}{call.path}?{query}"}}


def _is_archived(call: Call) -> bool:
    return call.query.get("archived", "").lower() == "true"


def forms(company: Company, call: Call) -> Reply:
    """GET /marketing/v3/forms"""
    kinds, since = call.query.get("formTypes", "hubspot"), clock.iso_ms(np.array([clock.HISTORY_START]))[0]
    every = [
        {"id": form, "name": name, "formType": kind, "createdAt": since, "updatedAt": since, "archived": archived,
         "fieldGroups": [], "configuration": {"language": "en"}, "displayOptions": {},
         "legalConsentOptions": {"type": "none"}} | ({"archivedAt": since} if archived else {})
        for form, (name, kind, archived) in FORMS.items()
        if archived is _is_archived(call) and kinds in ("all", kind) and company.answers_in_hubspot
    ]  # fmt: skip
    return _page(call, every, MOST_LISTED)


def submissions(company: Company, call: Call) -> Reply:
    """GET /form-integrations/v1/submissions/forms/{form}"""
    if call.parts["form"] not in FORMS:
        raise Refused(404, "resource not found")
    limit, after = call.number("limit", 20), call.query.get("after", "")
    if not 1 <= limit <= MOST_SUBMITTED:
        raise Refused(400, f"Invalid limit: {limit}. The limit must be between 1 and {MOST_SUBMITTED}.")
    table, place = company.table("hubspot", "form_submissions"), list(FORMS).index(call.parts["form"])
    rows = np.flatnonzero(table["state"] == LIVE)
    rows = rows[rows % 2 == place]
    changed = table["changed"]
    rows = rows[np.lexsort((rows, changed[rows]))][::-1]
    if after:
        row = table.row_of(after)
        if row is None:
            raise Refused(400, "there is no such page")
        rows = rows[(changed[rows] < changed[row]) | ((changed[rows] == changed[row]) & (rows < row))]
    page = rows[:limit]
    content: Record = {"results": _submitted(company, page)}
    if len(rows) > limit:
        content["paging"] = _next(call, str(int(table.ids(page[-1:])[0])))
    return Reply(content, keep=True)


def _submitted(company: Company, rows: Ints) -> list[Record]:
    table, answers = company.table("hubspot", "form_submissions"), company.opinions.answers
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.people.written(answers["person"][rows].astype(np.int64)),
        answers["slips"][rows].tolist(), table["changed"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, flags, submitted, edition in columns:
        typed = {"firstname": slips.name(person, flags)[0], "email": slips.email(person, flags),
                 "message": f"Please call me{'!' * edition}"}  # fmt: skip
        record = {
            "conversionId": submission_id(number), "submittedAt": submitted,
            "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in typed.items() if value],
            "pageUrl": f"https://shop.example/contact/{edition}?email={typed['email']}",
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def emails(company: Company, call: Call) -> Reply:
    """GET /marketing/emails/2026-09"""
    mailing = company.mailing
    sent = mailing.campaigns() if company.answers_in_hubspot and not _is_archived(call) else np.zeros(0, dtype=np.int64)
    every = []
    for number in sent.tolist():
        at = clock.iso_ms(np.array([mailing.sent_at(number)]))[0]
        record: Record = {
            "id": str(FIRST_EMAIL + number), "name": campaign_title(number, mailing.sent_at(number)),
            "subject": SUBJECTS[number % len(SUBJECTS)], "type": "BATCH_EMAIL", "state": "PUBLISHED", "isAb": False,
            "isPublished": True, "archived": False, "createdAt": at, "updatedAt": at, "publishedAt": at,
            "primaryEmailCampaignId": str(FIRST_SENDING + number), "content": {"plainTextVersion": "Dear reader"},
            "allEmailCampaignIds": [str(FIRST_SENDING + number)],
        }  # fmt: skip
        if call.query.get("includeStats") == "true":
            count = len(mailing.activity(number).rows)
            record["stats"] = {"counters": {"sent": count}, "ratios": {}, "deviceBreakdown": {}, "qualifierStats": {}}
        every.append(record)
    return _page(call, every, MOST_LISTED)


def events(company: Company, call: Call) -> Reply:
    """GET /email/public/v1/events: newest first."""
    limit, offset, since = call.number("limit", 10), call.query.get("offset", ""), call.number("startTimestamp", 0)
    if not 1 <= limit <= MOST_LOGGED:
        raise Refused(400, f"limit is from 1 to {MOST_LOGGED}")
    table, kinds = company.table("hubspot", "email_events"), {name: kind for kind, name in TYPES.items()}
    wanted = (table["changed"] >= since) & company.answers_in_hubspot
    if "eventType" in call.query:
        wanted &= table["kind"] == kinds.get(call.query["eventType"], len(TYPES))
    rows, changed = np.flatnonzero(wanted), table["changed"]
    rows = rows[np.lexsort((rows, changed[rows]))][::-1]
    if offset:
        row = int(offset)
        rows = rows[(changed[rows] < changed[row]) | ((changed[rows] == changed[row]) & (rows < row))]
    page = rows[:limit]
    content: Record = {"hasMore": len(rows) > limit, "events": logged(company, page)}
    if len(page):
        content["offset"] = str(int(page[-1]))
    return Reply(content, keep=True)


def logged(company: Company, rows: Ints) -> list[Record]:
    """Events as the log has them."""
    table = company.table("hubspot", "email_events")
    columns = zip(
        rows.tolist(), table["kind"][rows].tolist(), table["campaign"][rows].tolist(), table["changed"][rows].tolist(),
        company.mailing.emails(table["member"][rows].astype(np.int64)), strict=True,
    )  # fmt: skip
    found = []
    for row, kind, sent, at, email in columns:
        record: Record = {
            "id": f"e7e20000-0000-3000-8000-{row:012d}", "created": at, "type": TYPES[kind], "recipient": email,
            "portalId": 62515, "appId": 113, "appName": "Batch", "emailCampaignId": FIRST_SENDING + sent,
            "emailCampaignGroupId": FIRST_SENDING + sent, "sentBy": {"id": "-", "created": at},
        }  # fmt: skip
        if kind in (OPENED, CLICKED):
            record |= {"userAgent": "-", "location": {"country": "-"}, "filteredEvent": row % OWN_OFFICE == 0}
        if kind == CLICKED:
            record["url"] = f"https://shop.example/collections/{sent % 8}"
        if kind == BOUNCED:
            record |= {"category": "UNKNOWN_USER", "response": "550 no such user"}
        if kind == LEFT:
            record |= {"source": "SOURCE_RECIPIENT", "requestedBy": email, "portalSubscriptionStatus": "UNSUBSCRIBED",
                       "subscriptions": []}  # fmt: skip
        found.append(record)
    return found


def routes() -> list[tuple[str, str, Any]]:
    """Every path, of the marketing e-mails in the numbered version, too."""
    return [
        ("GET", "/hubspot/marketing/v3/forms", forms),
        ("GET", "/hubspot/form-integrations/v1/submissions/forms/{form}", submissions),
        ("GET", "/hubspot/marketing/emails/2026-09", emails),
        ("GET", "/hubspot/marketing/v3/emails", emails),
        ("GET", "/hubspot/email/public/v1/events", events),
    ]
