"""Brevo's API, version 3: contacts, campaigns by e-mail, and what became of what one contact was sent.

Shapes: brevo-python 5.1.0. Traps that it plays: newest first unless asked otherwise, and pages by offset, which whoever
comes or goes moves; a filter by "after" that leaves its own moment out; statistics of one contact alone, for at most
90 days; a click that stands a level lower than the other acts; who left a list is in it no more, who is refused goes on
being in it; a contact with a number and no address.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, phones, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.mail import CLEANED, PENDING, SUBJECTS, UNSUBSCRIBED, campaign_title
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
MOST, MOST_CAMPAIGNS, MOST_DAYS = 1_000, 100, 90
WRITTEN_TO, OTHERS = 7, 8
"""The list that letters go to, a third of all, and the one of the rest."""
FIRST_CAMPAIGN = 21
KINDS = ("messagesSent", "delivered", "opened", "clicked", "softBounces")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Brevo's error body."""
    code = {401: "unauthorized", 404: "document_not_found", 429: "too_many_requests"}.get(status, "invalid_parameter")
    return Reply({"code": code, "message": message}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Key not found")


def _page(call: Call, most: int) -> tuple[int, int, bool]:
    limit, offset, sort = call.number("limit", 50), call.number("offset", 0), call.query.get("sort", "desc")
    if not 0 <= limit <= most or offset < 0 or sort not in ("asc", "desc"):
        raise Refused(400, f"Limit exceeds max value {most}, or sort is neither asc nor desc")
    return limit, offset, sort == "desc"


def _gets_letters(rows: Ints) -> np.typing.NDArray[np.bool_]:
    return np.asarray(rows % 3 == 0)


def contacts(company: Company, call: Call) -> Reply:
    """GET /v3/contacts"""
    limit, offset, newest_first = _page(call, MOST)
    table = company.table("brevo", "contacts")
    rows = table.by("created")
    keep = table["state"][rows] == LIVE
    if since := call.query.get("modifiedSince"):
        try:
            keep &= table["changed"][rows] > clock.moment(since.replace(" ", "+"))
        except ValueError:
            raise Refused(400, "modifiedSince is not a valid date-time") from None
    rows = rows[keep]
    rows = rows[::-1] if newest_first else rows
    return Reply({"contacts": records(company, rows[offset : offset + limit]), "count": len(rows)}, keep=True)


def records(company: Company, rows: Ints) -> list[Record]:
    """The contacts of rows, with what a test said."""
    table, mailing = company.table("brevo", "contacts"), company.mailing
    members = mailing.members
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), mailing.emails(rows),
        company.people.written(members["person"][rows].astype(np.int64)), members["slips"][rows].tolist(),
        members["status"][rows].tolist(), clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows]),
        table["edition"][rows].tolist(), _gets_letters(rows).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, email, p, flag, status, created, changed, edition, is_written_to in columns:
        first, last = slips.name(p, flag)
        own = WRITTEN_TO if is_written_to else OTHERS
        left_list = status == UNSUBSCRIBED and row % 2 == 0
        attributes: Record = {"FIRSTNAME": first or "", "LASTNAME": last or ""}
        if p.phone and row % 4 == 0:
            attributes["SMS"] = phones.written(p.country, p.phone, 0).lstrip("+")
        if row % 5 == 0 and status != PENDING:
            attributes["DOUBLE_OPT-IN"] = "Yes" if row % 10 else "1"
        if edition:
            attributes["EDITION"] = edition
        record: Record = {
            "id": number, "email": email, "emailBlacklisted": status in (CLEANED, UNSUBSCRIBED) and not left_list,
            "smsBlacklisted": row % 9 == 0, "whatsappBlacklisted": False, "createdAt": created, "modifiedAt": changed,
            "listIds": [] if left_list or status == PENDING else [own],
            "listUnsubscribed": [own] if left_list else None, "attributes": attributes,
        }  # fmt: skip
        if "SMS" in attributes and row % 16 == 0:
            del record["email"]
        found.append(record | table.overrides.get(row, {}))
    return found


def campaigns(company: Company, call: Call) -> Reply:
    """GET /v3/emailCampaigns: what was sent, and the draft of the next."""
    limit, offset, newest_first = _page(call, MOST_CAMPAIGNS)
    numbers = list(range(len(company.mailing.campaigns()) + 1))
    numbers = numbers[::-1] if newest_first else numbers
    has_content = call.query.get("excludeHtmlContent") != "true"
    found = [_campaign(company, number, has_content) for number in numbers[offset : offset + limit]]
    return Reply({"campaigns": found, "count": len(numbers)}, keep=True)


def _campaign(company: Company, number: int, has_content: bool) -> Record:
    mailing = company.mailing
    at, is_sent = mailing.sent_at(number), number < len(mailing.campaigns())
    created = min(at - 3 * clock.DAY, company.now)
    made, sent = clock.iso_ms(np.array([created, at]))
    return {
        "id": FIRST_CAMPAIGN + number, "name": campaign_title(number, at), "type": "classic",
        "subject": SUBJECTS[number % len(SUBJECTS)], "status": "sent" if is_sent else "draft", "testSent": False,
        "header": "", "footer": "", "htmlContent": "<p>Dear friend</p>" if has_content else "", "tag": "",
        "sender": {"name": "The shop", "id": 1, "email": "news@sandbox.example"}, "replyTo": "news@sandbox.example",
        "createdAt": made, "modifiedAt": sent if is_sent else made, **({"sentDate": sent} if is_sent else {}),
        "recipients": {"lists": [WRITTEN_TO], "exclusionLists": []},
        "statistics": {
            "globalStats": {}, "campaignStats": [], "mirrorClick": 0, "remaining": 0, "linksStats": {},
            "statsByDomain": {}, "statsByDevice": {}, "statsByBrowser": {},
        },
    }  # fmt: skip


def _days(call: Call) -> tuple[int, int]:
    """From the beginning of the first day to the end of the last. Raises Refused for more than 90."""
    try:
        first, last = (date.fromisoformat(call.query[name]) for name in ("startDate", "endDate"))
    except (KeyError, ValueError):
        raise Refused(400, "startDate and endDate are days, as YYYY-MM-DD") from None
    if not 0 <= (last - first).days <= MOST_DAYS:
        raise Refused(400, f"The date range can not exceed {MOST_DAYS} days")
    return clock.moment(first.isoformat()), clock.moment(last.isoformat()) + clock.DAY


def statistics(company: Company, call: Call) -> Reply:
    """GET /v3/contacts/{id}/campaignStats"""
    table, traces = company.table("brevo", "contacts"), company.mailing.traces
    row, (begin, end) = table.row_of(call.parts["contact"]), _days(call)
    if row is None or table["state"][row] != LIVE:
        raise Refused(404, "Contact does not exist")
    found: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    mine = np.flatnonzero(traces["member"] == row) if row % 3 == 0 else ()

    def note(kind: str, at: int, campaign: int, **more: Any) -> None:
        if at and begin <= at < end:
            when = clock.iso_ms(np.array([at]))[0]
            one = {"eventTime": when, **more}
            link = {"url": f"https://shop.example/collections/{campaign % 8}"}
            told = {"links": [one | link]} if kind == "clicked" else one
            found[kind].append({"campaignId": FIRST_CAMPAIGN + campaign, **told})

    for trace in mine:
        sent, campaign = int(traces["created"][trace]), int(traces["campaign"][trace])
        opened, clicked, bounced = (int(traces[name][trace]) for name in ("opened", "clicked", "bounced"))
        note("messagesSent", sent, campaign)
        note("softBounces" if bounced else "delivered", bounced or sent, campaign)
        note("opened", opened, campaign, count=2, ip="192.0.2.7")
        if opened:
            note("opened", opened + clock.HOUR, campaign, count=1, ip="192.0.2.8")
        note("clicked", clicked, campaign, count=1, ip="192.0.2.7")
    left = {"adminUnsubscription": [], "userUnsubscription": _left(company, row, begin, end)}
    return Reply({**found, "unsubscriptions": left}, keep=True)


def _left(company: Company, row: int, begin: int, end: int) -> list[Record]:
    """With which campaign the contact left."""
    members = company.mailing.members
    at = int(members["left"][row])
    if row % 3 or members["status"][row] != UNSUBSCRIBED or not begin <= at < end:
        return []
    sent = [n for n in company.mailing.campaigns().tolist() if company.mailing.sent_at(n) < at]
    when = clock.iso_ms(np.array([at]))[0]
    return [{"campaignId": FIRST_CAMPAIGN + sent[-1], "eventTime": when, "ip": "192.0.2.7"}] if sent else []


ROUTES = (
    ("GET", "/brevo/v3/contacts", contacts),
    ("GET", "/brevo/v3/emailCampaigns", campaigns),
    ("GET", "/brevo/v3/contacts/{contact}/campaignStats", statistics),
)
