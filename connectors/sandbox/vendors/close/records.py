"""Records of Close: ids of 43 letters, times with millionths of a second and an offset, amounts in cents.

Shapes: developer.close.com, singer-io/tap-closeio's schemas, and answers that public clients have recorded. Traps that
they hold: a lead without a name of its own; `date_won` of an open opportunity is when it is expected, and a day only.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, crm, phones
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import LOST, STAGES, WON
from crm360.connectors.sandbox.vendors.close.fake import written as id_of
from crm360.connectors.sandbox.vendors.hubspot.records import owners

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
ORGANIZATION, PIPELINE = "orga_" + "0" * 42 + "1", "pipe_" + "0" * 21 + "1"
TYPES = ("Call", "Email", "SMS", "Meeting")


def kind_of(row: int) -> str:
    """What the activity of a row is."""
    return TYPES[row % len(TYPES)]


def _times(at: Ints) -> list[str]:
    """2013-02-01T00:54:51.321000+00:00"""
    return [f"{text}000+00:00" for text in np.datetime_as_string(at.astype("datetime64[ms]")).tolist()]


def _link(company: Company, stream: str, row: int) -> str | None:
    return id_of(stream, int(company.table("close", stream).ids(np.array([row]))[0])) if row >= 0 else None


def _user(place: int) -> str:
    return id_of("users", max(place, 0) + 1)


def written(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The rows of a stream with all their fields, and what a test said."""
    table = company.table("close", stream)
    stamps = zip(_times(table["created"][rows]), _times(table["changed"][rows]), strict=True)
    columns = zip(
        _MAKE[stream](company, rows), stamps, rows.tolist(), table.ids(rows).tolist(),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for record, (created, changed), row, number, edition in columns:
        common: Record = {
            "id": id_of(stream, number), "organization_id": ORGANIZATION, "date_created": created,
            "date_updated": changed, "custom.cf_edition": edition, "updated_by": None, "created_by": _user(0),
        }  # fmt: skip
        found.append(common | record | table.overrides.get(row, {}))
    return found


def _leads(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "name": p["name"], "display_name": p["name"], "url": f"https://{p['domain']}" if p["domain"] else None,
            "description": "", "status_id": "stat_lead1", "status_label": "Potential",
            "addresses": [{
                "label": "business", "address_1": p["address"], "address_2": "", "city": p["city"], "state": "",
                "zipcode": p["zip"], "country": p["country"],
            }] if p["address"] else [],
        }
        for p in crm.companies(company, rows)
    ]  # fmt: skip


def _contacts(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.contacts(company, rows):
        addresses = [a for a in (p["email"], *(p["hs_additional_emails"] or "").split(";")) if a]
        numbers = (("office", p["phone"]), ("mobile", p["mobilephone"]))
        found.append({
            "lead_id": _link(company, "leads", p["account"]), "title": p["jobtitle"] or "",
            "name": " ".join(filter(None, (p["firstname"], p["lastname"]))),
            "emails": [{"email": a, "type": "office" if at == 0 else "home"} for at, a in enumerate(addresses)],
            "phones": [{"phone": n, "type": kind, "phone_formatted": n} for kind, n in numbers if n],
            "urls": [], "integration_links": [],
        })  # fmt: skip
    return found


def _opportunities(company: Company, rows: Ints) -> list[Record]:
    deals = company.pipeline.deals
    ends = clock.iso_s(deals["ends"][rows])
    found = []
    for p, step, end, row in zip(
        crm.deals(company, rows), deals["stage"][rows].tolist(), ends, rows.tolist(), strict=True
    ):
        kind = "won" if step == WON else "lost" if step == LOST else "active"
        found.append({
            "lead_id": _link(company, "leads", p["account"]), "lead_name": p["dealname"],
            "contact_id": _link(company, "contacts", p["contact"]), "user_id": _user(p["owner"]),
            "pipeline_id": PIPELINE, "status_id": f"stat_{STAGES[step][0]}", "status_label": STAGES[step][1],
            "status_type": kind, "value": int(Decimal(p["amount"]) * 100),
            "value_currency": p["deal_currency_code"], "value_period": "one_time",
            "value_formatted": p["amount"], "confidence": round(STAGES[step][2] * 100),
            "date_won": end[:10] if kind == "won" else p["closedate"][:10] if kind == "active" and row % 2 else None,
            "date_lost": end if kind == "lost" else None, "note": "What was said",
        })  # fmt: skip
    return found


def _activities(company: Company, rows: Ints) -> list[Record]:
    table, source = company.table("close", "activities"), company.engagements.tables["calls"]
    contacts, deals = company.pipeline.contacts, crm.deals(company, source["deal"][rows].astype(np.int64))
    people = company.people.written(source["person"][rows].astype(np.int64))
    columns = zip(
        rows.tolist(), _times(table["changed"][rows]), source["contact"][rows].tolist(), deals, people, strict=True,
    )  # fmt: skip
    found = []
    for row, at, contact, deal, person in columns:
        kind, is_inbound = kind_of(row), row % 3 == 0
        standing = company.pipeline.standing(contacts, contact)
        is_known = row % 6 and contacts["state"][standing] == 0
        record: Record = {
            "_type": kind, "lead_id": _link(company, "leads", deal["account"]), "user_id": _user(deal["owner"]),
            "contact_id": _link(company, "contacts", standing) if is_known else None, "date_created": at,
        }  # fmt: skip
        words = ("incoming", "outgoing") if kind == "Email" else ("inbound", "outbound")
        if kind != "Meeting":
            record["direction"] = words[0 if is_inbound else 1]
        number = phones.written(person.country, person.phone, 1) if person.phone else None
        if kind == "Call":
            disposition = "no-answer" if row % 5 == 4 else "answered"
            record |= {"status": "completed", "disposition": disposition, "duration": 0 if row % 5 == 4 else 90,
                       "remote_phone": number, "note": "What was said"}  # fmt: skip
        elif kind == "SMS":
            record |= {"status": "error" if row % 10 == 6 else "inbox" if is_inbound else "sent",
                       "remote_phone": number, "text": "What was said"}  # fmt: skip
        elif kind == "Email":
            record |= {"status": "draft" if row % 10 == 1 else "inbox" if is_inbound else "sent", "date_sent": at,
                       "subject": "Your order", "body_text": "What was said"}  # fmt: skip
        else:
            record |= {"status": "canceled" if row % 10 == 3 else "completed", "starts_at": at, "title": "A meeting"}
        found.append(record)
    return found


def note(beside: Record) -> Record:
    """A note about the same lead, which stands in the list of activities, too."""
    return beside | {"id": beside["id"][:-2] + "zz", "_type": "Note", "note": "What was said"}


def users(company: Company) -> list[Record]:
    """The sales people."""
    since = _times(np.array([clock.HISTORY_START]))[0]
    return [
        {
            "id": _user(place), "first_name": one["firstName"], "last_name": one["lastName"], "email": one["email"],
            "date_created": since, "date_updated": since, "organizations": [ORGANIZATION], "image": None,
            "last_used_timezone": "Europe/Berlin", "email_verified_at": since, "google_profile_image_url": None,
        }
        for place, one in enumerate(owners(company))
    ]  # fmt: skip


_MAKE = {"leads": _leads, "contacts": _contacts, "opportunities": _opportunities, "activities": _activities}
