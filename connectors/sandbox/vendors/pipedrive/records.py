"""Records of Pipedrive as API v2 writes them: links as numbers, addresses and phones in lists, own fields by hash.

Names, types and examples: the OpenAPI description of API v2 (and of v1, for users). Traps that they hold: a list of
e-mail addresses whose only one is empty; several of which the primary one is not the first; a deal that was won once
and is open again, with `won_time` still there; a reason for losing beside a deal that is not lost.
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import LOST, LOST_REASONS, STAGES, WON, owner_ids
from crm360.connectors.sandbox.vendors.hubspot.records import owners

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
PIPELINE = 1
OPEN_STAGES = STAGES[:WON]  # won and lost are no stages but what became of a deal
STATUSES = ["no_consent", "unsubscribed", "subscribed", "archived"]
TYPES = ["call", "meeting", "email", "lunch", "task", "deadline", "site_visit"]
ARCHIVED_EVERY = 11  # of the deals that are closed, one in so many was put aside
PRODUCTLESS = 3  # one deal in so many has no product
DISCOUNTS = (("percentage", 0), ("percentage", 10), ("amount", 2.5))
FREQUENCIES = ("one-time", "monthly", "semi-annually", "annually")
OWN_FIELD = sha1(b"own field").hexdigest()  # forty digits, as their keys are
OWN_CHOICE = sha1(b"own choice").hexdigest()


def user_id(place: int) -> int:
    """The number of the user at a place among the sales people."""
    return 14_000_001 + max(place, 0)


def _link(company: Company, stream: str, row: int) -> int | None:
    return int(company.table("pipedrive", stream).ids(np.array([row]))[0]) if row >= 0 else None


def written(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The rows of a stream with all their fields, those that are given only when asked for included."""
    table = company.table("pipedrive", stream)
    made = _MAKE[stream](company, rows)
    stamps = zip(rows.tolist(), clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), strict=True)
    states, ids = table["state"][rows].tolist(), table.ids(rows).tolist()
    found = []
    for record, (row, created, changed), state, number in zip(made, stamps, states, ids, strict=True):
        common: Record = {"id": number, "add_time": created, "update_time": changed, "is_deleted": state > 0}
        found.append(common | record | table.overrides.get(row, {}))
    return found


def _own(company: Company, stream: str, rows: Ints) -> list[Record]:
    edition = company.table("pipedrive", stream)["edition"][rows].tolist()
    return [
        {OWN_FIELD: f"edition {edit}" if edit else None, OWN_CHOICE: {"id": row % 3, "label": "ABC"[row % 3]}}
        for row, edit in zip(rows.tolist(), edition, strict=True)
    ]


def _address(street: str | None, city: str | None, state: str | None, code: str | None, country: str | None) -> Record:
    return {
        "value": ", ".join(filter(None, (street, city, country))), "country": country, "admin_area_level_1": state,
        "admin_area_level_2": None, "locality": city, "sublocality": None, "route": street, "street_number": None,
        "subpremise": None, "postal_code": code,
    }  # fmt: skip


def _persons(company: Company, rows: Ints) -> list[Record]:
    said = company.draws.chosen("pipedrive marketing", rows, [60, 10, 25, 5]).tolist()
    found = []
    people = zip(crm.contacts(company, rows), _own(company, "persons", rows), said, rows.tolist(), strict=True)
    for p, own, status, row in people:
        addresses = [a for a in (p["email"], *(p["hs_additional_emails"] or "").split(";")) if a]
        emails = [
            {"value": address, "primary": at == 0, "label": "work" if at == 0 else "home"}
            for at, address in enumerate(addresses)
        ]
        if row % 2:
            emails.reverse()
        numbers = (("work", p["phone"]), ("mobile", p["mobilephone"]))
        phones: list[Record] = [{"value": n, "primary": False, "label": label} for label, n in numbers if n]
        if phones:
            phones[0]["primary"] = True
        home = (p["address"], p["city"], p["state"], p["zip"], p["country"])
        found.append({
            "name": " ".join(filter(None, (p["firstname"], p["lastname"]))) or "-",
            "first_name": p["firstname"], "last_name": p["lastname"], "owner_id": user_id(p["owner"]),
            "org_id": _link(company, "organizations", p["account"]),
            "emails": emails or [{"value": "", "primary": True, "label": "work"}], "phones": phones,
            "visible_to": 7, "label_ids": [], "picture_id": None, "custom_fields": own, "notes": None, "im": [],
            "birthday": p["date_of_birth"], "job_title": p["jobtitle"],
            "postal_address": _address(*home) if any(home) else None,
            "marketing_status": STATUSES[status], "doi_status": 1,
        })  # fmt: skip
    return found


def _organizations(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "name": p["name"], "owner_id": user_id(0), "visible_to": 7, "label_ids": [],
            "address": _address(p["address"], p["city"], None, p["zip"], p["country"]),
            "website": f"https://www.{p['domain']}" if p["domain"] else None, "linkedin": None, "industry": None,
            "annual_revenue": int(p["annualrevenue"]), "employee_count": int(p["numberofemployees"]),
            "custom_fields": own,
        }
        for p, own in zip(crm.companies(company, rows), _own(company, "organizations", rows), strict=True)
    ]  # fmt: skip


def is_archived(company: Company, rows: Ints) -> list[bool]:
    """Which of the deals have been put aside."""
    closed = company.pipeline.deals["stage"][rows] >= WON
    return (closed & (rows % ARCHIVED_EVERY == 0)).tolist()


def _deals(company: Company, rows: Ints) -> list[Record]:
    deals = company.pipeline.deals
    steps = deals["stage"][rows].tolist()
    entered = company.pipeline.stages_entered(rows)[:, :WON]
    # The last stage in which a closed deal was when it was open.
    places = np.where(entered < np.iinfo(np.int64).max // 4, np.arange(WON)[None, :], 0).max(axis=1)
    moved = clock.iso_s(np.maximum(entered[np.arange(len(rows)), places], deals["created"][rows]))
    ends = clock.iso_s(deals["ends"][rows])
    gone = company.table("pipedrive", "deals")["state"][rows].tolist()
    found = []
    columns = zip(
        crm.deals(company, rows), _own(company, "deals", rows), steps, places.tolist(), moved, ends, gone,
        is_archived(company, rows), rows.tolist(), strict=True,
    )  # fmt: skip
    for p, own, step, place, entry, end, state, archived, row in columns:
        status = "won" if step == WON else "lost" if step == LOST else "open"
        amount = float(p["amount"])
        found.append({
            "title": p["dealname"], "creator_user_id": user_id(0), "owner_id": user_id(p["owner"]),
            "value": int(amount) if amount.is_integer() else amount, "currency": p["deal_currency_code"],
            "person_id": _link(company, "persons", p["contact"]),
            "org_id": _link(company, "organizations", p["account"]),
            "stage_id": place + 1, "pipeline_id": PIPELINE, "stage_change_time": entry if place else None,
            "status": "deleted" if state else status, "is_archived": archived,
            "archive_time": end if archived else None,
            "probability": None if row % 3 else 10 * (row % 10),
            "lost_reason": p["closed_lost_reason"] or (LOST_REASONS[0] if row % 13 == 0 else None), "visible_to": 7,
            "close_time": end if step >= WON else None,
            "won_time": end if step == WON or row % 7 == 0 else None, "lost_time": end if step == LOST else None,
            "local_won_date": None, "local_lost_date": None, "local_close_date": None,
            "expected_close_date": p["closedate"][:10], "label_ids": [], "origin": "ManuallyCreated",
            "origin_id": None, "channel": None, "channel_id": None, "acv": None, "arr": None, "mrr": None,
            "custom_fields": own, "products_count": int(row % PRODUCTLESS < PRODUCTLESS - 1),
        })  # fmt: skip
    return found


def _deal_products(company: Company, rows: Ints) -> list[Record]:
    """A product of each deal that has one: some by the month, some with less off, one in five switched off."""
    goods, found = company.shop.goods, []
    editions = company.table("pipedrive", "deal_products")["edition"][rows].tolist()
    for row, edition in zip(rows.tolist(), editions, strict=True):
        thing, quantity = row % len(goods.titles), 1 + row % 4
        price, (kind, less) = int(goods.prices[thing]) / 100, DISCOUNTS[row // 3 % len(DISCOUNTS)]
        found.append({
            "deal_id": row + 1, "product_id": thing + 1, "product_variation_id": None,
            "name": goods.titles[thing] + (f" ({edition})" if edition else ""),
            "item_price": price, "quantity": quantity, "sum": quantity * price, "tax": 0, "tax_method": "inclusive",
            "currency": "EUR", "is_enabled": row % 5 < 4, "discount": less, "discount_type": kind,
            "comments": "What we said of it", "billing_frequency": FREQUENCIES[row // 2 % len(FREQUENCIES)],
            "billing_frequency_cycles": None, "billing_start_date": None,
        })  # fmt: skip
    return found


def _activities(company: Company, rows: Ints) -> list[Record]:
    table = company.table("pipedrive", "activities")
    source, draws = company.engagements.tables["calls"], company.draws
    contacts = company.pipeline.contacts
    at, edition = clock.iso_s(source["created"][rows]), table["edition"][rows].tolist()
    kinds = draws.below("pipedrive activity", rows, len(TYPES)).tolist()
    whose = draws.below("pipedrive activity owner", rows, len(owner_ids())).tolist()
    found = []
    columns = zip(
        rows.tolist(), kinds, whose, at, edition, source["contact"][rows].tolist(), source["deal"][rows].tolist(),
        strict=True,
    )  # fmt: skip
    for row, kind, owner, moment, edit, contact, deal in columns:
        standing = company.pipeline.standing(contacts, contact)
        person = _link(company, "persons", standing) if contacts["state"][standing] == 0 else None
        is_done = row % 5 != 0
        others = [] if person is None or row % 4 else [{"person_id": person + 1, "primary": False}]
        found.append({
            "subject": f"{TYPES[kind].title()} {row}" + (f" ({edit})" if edit else ""), "type": TYPES[kind],
            "owner_id": user_id(owner), "creator_user_id": user_id(0), "deal_id": _link(company, "deals", deal),
            "lead_id": None, "person_id": person, "org_id": None, "project_id": None, "due_date": moment[:10],
            "due_time": moment[11:19] if row % 3 else None, "duration": "00:30:00", "busy": True, "done": is_done,
            "marked_as_done_time": moment if is_done else None, "location": None,
            "participants": ([{"person_id": person, "primary": True}] if person else []) + others,
            "conference_meeting_client": None, "conference_meeting_url": None, "conference_meeting_id": None,
            "public_description": "What was said", "priority": None, "note": "<b>What was said</b>",
        })  # fmt: skip
    return found


_MAKE = {
    "persons": _persons,
    "organizations": _organizations,
    "deals": _deals,
    "activities": _activities,
    "deal_products": _deal_products,
}


def users(company: Company) -> list[Record]:
    """The sales people, as API v1 writes them: times without a zone are UTC, and `modified` may be null."""
    since = clock.naive(clock.HISTORY_START).isoformat(" ")
    return [
        {
            "id": user_id(place), "name": f"{own['firstName']} {own['lastName']}", "default_currency": "EUR",
            "locale": "en_GB", "lang": 1, "email": own["email"], "phone": None, "activated": True,
            "last_login": since, "created": since, "modified": since if place % 2 else None,
            "has_created_company": place == 0, "access": [], "active_flag": not own["archived"],
            "timezone_name": "Europe/Berlin", "timezone_offset": "+02:00", "role_id": 1, "icon_url": None,
            "is_you": place == 0, "is_deleted": False,
        }
        for place, own in enumerate(owners(company))
    ]  # fmt: skip


def pipelines() -> list[Record]:
    """The one pipeline."""
    since = clock.iso_s(np.array([clock.HISTORY_START]))[0]
    return [
        {
            "id": PIPELINE, "name": "Pipeline", "order_nr": 0, "is_deleted": False,
            "is_deal_probability_enabled": True, "add_time": since, "update_time": None,
        }
    ]  # fmt: skip


def stages() -> list[Record]:
    """Its stages."""
    since = clock.iso_s(np.array([clock.HISTORY_START]))[0]
    return [
        {
            "id": place + 1, "order_nr": place + 1, "name": label, "is_deleted": False,
            "deal_probability": round(chance * 100), "pipeline_id": PIPELINE, "is_deal_rot_enabled": False,
            "days_to_rotten": None, "add_time": since, "update_time": None,
        }
        for place, (_, label, chance) in enumerate(OPEN_STAGES)
    ]  # fmt: skip
