"""SendGrid's API, version 3: exports of contacts, single sends with their numbers, suppressions.

Shapes: twilio/sendgrid-oai, tsg_mc_contacts_v3, tsg_mc_singlesends_v3, tsg_mc_stats_v3, tsg_suppressions_v3. Traps that
it plays: an export is not ready at once, and comes in several packed files of lines at an address that refuses a key;
what a file calls contact_id is called id elsewhere; the last page has no next link; suppressions have no id, come by
offset, and one address may bounce twice; a subject stands in the single send alone, or in the design that it has.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from crm360.connectors.sandbox.company import clock, phones, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.mail import CLEANED, SUBJECTS, UNSUBSCRIBED
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.sendgrid.fake import written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
FILES, MOST, MOST_SENDS = 3, 500, 50
KINDS = ("bounces", "blocks", "invalid_emails", "spam_reports", "unsubscribes")
GROUPS = {13001: "Weekly news", 13002: "Offers"}
ASKED_FOR: dict[str, int] = {}  # how often an export was asked for


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """SendGrid's error body."""
    return Reply({"errors": [{"message": message, "field": None, "help": None}]}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "The provided authorization grant is invalid, expired, or revoked")


# Contacts -------------------------------------------------------------------------------------------------------------


def begin(company: Company, call: Call) -> Reply:
    """POST /v3/marketing/contacts/exports"""
    if call.json().get("file_type") != "json":
        raise Refused(400, "file_type must be json here")
    export = f"{company.day}-{len(ASKED_FOR)}"
    ASKED_FOR[export] = 0
    return Reply({"_metadata": {"self": f"{call.root}{call.path}/{export}"}, "id": export}, 202)


def state(company: Company, call: Call) -> Reply:
    """GET /v3/marketing/contacts/exports/{id}: pending once, then ready."""
    export = call.parts["export"]
    if export not in ASKED_FOR:
        raise Refused(404, "export not found")
    ASKED_FOR[export] += 1
    now, later = clock.iso_s(np.array([company.now, company.now + 3 * clock.DAY]))
    told: Record = {"id": export, "status": "pending", "created_at": now, "updated_at": now, "expires_at": later}
    if ASKED_FOR[export] > 1:
        place = f"{call.root}/sendgrid/files/{export}"
        urls = [f"{place}_{number}.json.gz?X-Amz-Signature=5ec2e7" for number in range(FILES)]
        told |= {"status": "ready", "urls": urls, "contact_count": len(_members(company)), "message": ""}
    return Reply(told)


def file(company: Company, call: Call) -> Reply:
    """GET where a file of an export is, packed."""
    if "authorization" in call.headers:
        raise Refused(400, "Only one auth mechanism allowed")
    if call.query.get("X-Amz-Signature") != "5ec2e7":
        raise Refused(403, "Request has expired")
    number = int(call.parts["file"].removesuffix(".json.gz").rsplit("_", 1)[-1])
    lines = [msgspec.json.encode(one) for one in contacts(company, _members(company)[number::FILES])]
    return Reply(gzip.compress(b"\n".join([*lines, b""]), mtime=0), media_type="binary/octet-stream", aside=True)


def _members(company: Company) -> Ints:
    rows: Ints = np.flatnonzero(company.table("sendgrid", "contacts")["state"] == LIVE)
    return rows


def contacts(company: Company, rows: Ints) -> list[Record]:
    """The contacts of rows, with what a test said."""
    table, mailing = company.table("sendgrid", "contacts"), company.mailing
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), mailing.emails(rows),
        company.people.written(mailing.members["person"][rows].astype(np.int64)),
        mailing.members["slips"][rows].tolist(), clock.iso_s(table["created"][rows]),
        clock.iso_s(table["changed"][rows]), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, email, person, flags, created, changed, edition in columns:
        first, last = slips.name(person, flags)
        record: Record = {
            "contact_id": written("contacts", number), "email": email, "created_at": created, "updated_at": changed,
            "custom_fields": {"edition": edition} if edition else {}, "list_ids": [],
        }  # fmt: skip
        record |= {"first_name": first} if first else {}
        record |= {"last_name": last} if last else {}
        if person.phone and row % 4 == 0:
            record["phone_number"] = phones.written(person.country, person.phone, 0)
        found.append(record | table.overrides.get(row, {}))
    return found


# Single sends ---------------------------------------------------------------------------------------------------------


def singlesends(company: Company, call: Call) -> Reply:
    """GET /v3/marketing/singlesends"""
    size, start = call.number("page_size", 10), call.number("page_token", 0)
    if not 1 <= size <= 100:
        raise Refused(400, "page_size must be between 1 and 100")
    rows = np.flatnonzero(company.table("sendgrid", "singlesends")["state"] == LIVE)
    around: Record = {"self": f"{call.root}{call.path}?page_size={size}", "count": len(rows)}
    if start + size < len(rows):
        around["next"] = f"{call.root}{call.path}?page_size={size}&page_token={start + size}"
    return Reply({"result": _sends(company, rows[start : start + size]), "_metadata": around}, keep=True)


def _sends(company: Company, rows: Ints) -> list[Record]:
    table = company.table("sendgrid", "singlesends")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), clock.iso_s(table["created"][rows]),
        clock.iso_s(table["changed"][rows]), strict=True,
    )  # fmt: skip
    return [
        {
            "id": written("singlesends", number), "name": f"{SUBJECTS[row % len(SUBJECTS)]} {row}", "categories": [],
            "status": "draft" if row % 4 == 3 else "triggered", "is_abtest": False, "abtest": None,
            "send_at": None if row % 4 == 3 else created, "created_at": created, "updated_at": changed,
        } | table.overrides.get(row, {})
        for row, number, created, changed in columns
    ]  # fmt: skip


def singlesend(company: Company, call: Call) -> Reply:
    """GET /v3/marketing/singlesends/{id}"""
    table = company.table("sendgrid", "singlesends")
    for row in np.flatnonzero(table["state"] == LIVE).tolist():
        one = _sends(company, np.array([row]))[0]
        if one["id"] == call.parts["id"]:
            made = {"design_id": "d1"} if row % 3 == 2 else {"subject": SUBJECTS[row % len(SUBJECTS)]}
            mail = made | {"html_content": "<p>Dear friend</p>"}
            one = {name: value for name, value in one.items() if name not in ("abtest", "is_abtest")}
            return Reply(one | {"email_config": mail, "send_to": {"all": True}})
    raise Refused(404, "singlesend not found")


def stats(_company: Company, call: Call) -> Reply:
    """GET /v3/marketing/stats/singlesends"""
    ids = call.query["singlesend_ids"].split(",")
    if call.number("page_size", 25) > MOST_SENDS or len(ids) > MOST_SENDS:
        raise Refused(400, "page_size must be between 1 and 50")
    numbers = {
        "requests": 120, "delivered": 117, "bounces": 3, "unique_opens": 60, "opens": 71, "unique_clicks": 9,
        "clicks": 12, "bounce_drops": 0, "invalid_emails": 0, "spam_report_drops": 0, "spam_reports": 0,
        "unsubscribes": 2,
    }  # fmt: skip
    whole = {"ab_variation": "all", "ab_phase": "all", "aggregation": "total", "stats": numbers}
    return Reply({"results": [{"id": one} | whole for one in ids], "_metadata": {}}, keep=True, aside=True)


# Suppressions ---------------------------------------------------------------------------------------------------------


def suppressed(company: Company, kind: str) -> list[Record]:
    """Everybody in one of the lists, newest first."""
    mailing = company.mailing
    status, rows = mailing.members["status"], _members(company)
    wanted = CLEANED if kind in KINDS[:3] else UNSUBSCRIBED
    left = rows[(status[rows] == wanted) & (mailing.members["left"][rows] > 0)]
    if kind in KINDS[:3]:
        left = left[left % 3 == KINDS.index(kind)]
    else:
        left = left[left % 7 == 0] if kind == "spam_reports" else left[left % 2 == (kind == "groups")]
    found = []
    for row, email in zip(left.tolist(), mailing.emails(left), strict=True):
        at = int(mailing.members["left"][row]) // clock.SECOND
        more: Record = {"reason": "550 5.1.1 no such user"} if kind in KINDS[:3] else {}
        more |= {"status": "5.1.1"} if kind in KINDS[:2] else {"ip": "10.63.202.100"} if kind == "spam_reports" else {}
        found.append({"created": at, "email": email, **more})
        if kind == "bounces" and row % 2:
            found.append({"created": at - 86_400, "email": email, **more})
    return sorted(found, key=lambda one: (-one["created"], one["email"]))


def suppression(company: Company, call: Call) -> Reply:
    """GET /v3/suppression/{kind}"""
    kind, limit, offset = call.parts["kind"], call.number("limit", MOST), call.number("offset", 0)
    if kind not in KINDS or not 1 <= limit <= MOST or offset < 0:
        raise Refused(400, "limit must be between 1 and 500")
    since = call.number("start_time", 0)
    found = [one for one in suppressed(company, kind) if one["created"] >= since]
    return Reply(found[offset : offset + limit], keep=True)


def in_groups(company: Company, _call: Call) -> Reply:
    """GET /v3/asm/suppressions"""
    found = [
        {"email": one["email"], "group_id": group, "group_name": GROUPS[group], "created_at": one["created"]}
        for number, one in enumerate(suppressed(company, "groups"))
        for group in list(GROUPS)[: 1 + number % 2]
    ]
    return Reply(found, keep=True)


_MARKETING = "/sendgrid/v3/marketing"
ROUTES = [
    ("POST", f"{_MARKETING}/contacts/exports", begin),
    ("GET", f"{_MARKETING}/contacts/exports/{{export}}", state),
    ("GET", "/sendgrid/files/{file}", file),
    ("GET", f"{_MARKETING}/singlesends", singlesends),
    ("GET", f"{_MARKETING}/singlesends/{{id}}", singlesend),
    ("GET", f"{_MARKETING}/stats/singlesends", stats),
    ("GET", "/sendgrid/v3/suppression/{kind}", suppression),
    ("GET", "/sendgrid/v3/asm/suppressions", in_groups),
]
