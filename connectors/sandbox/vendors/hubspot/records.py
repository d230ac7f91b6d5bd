"""Contacts, companies, deals and owners as HubSpot writes them: every value a text or null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from crm360.connectors.sandbox.company import books, causes, clock, names, phones, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.offices import head_offices
from crm360.connectors.sandbox.company.people import employer_name
from crm360.connectors.sandbox.company.pipeline import LOST, LOST_REASONS, STAGES, WON, owner_ids, owner_names
from crm360.connectors.sandbox.company.table import MERGED, Table
from crm360.connectors.sandbox.vendors.hubspot import commerce
from crm360.connectors.sandbox.vendors.hubspot import engagements as hubspot_engagements
from crm360.connectors.sandbox.vendors.hubspot import tickets as hubspot_tickets
from crm360.connectors.sandbox.vendors.hubspot.tickets import known_contacts

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

TIERS = [None, None, "bronze", "silver", "gold"]
LEAD_STATUSES = ["NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED"]
REJECTIONS = ["Too expensive", "Other vendor", "No budget", "Not a fit", "No reply", "Bought elsewhere"]
DEFAULTS = {
    "contacts": ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
    "companies": ["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
    "deals": [
        "amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline",
    ],
    "tickets": ["createdate", "hs_lastmodifieddate", "hs_object_id"],
    "products": ["createdate", "hs_lastmodifieddate", "hs_object_id"],
    "line_items": ["createdate", "hs_lastmodifieddate", "hs_object_id"],
    **{
        kind: ["hs_createdate", "hs_lastmodifieddate", "hs_object_id"]
        for kind in (*hubspot_engagements.PROPERTIES, "orders", "feedback_submissions", "quotes")
    },
}  # fmt: skip
PROPERTIES = {
    "contacts": names.words(
        "email firstname lastname phone mobilephone company jobtitle address city state zip country "
        "date_of_birth gender "
        "hs_language lifecyclestage hs_lead_status lead_rejection_reason hs_analytics_source hubspot_owner_id "
        "createdate "
        "lastmodifieddate hs_object_id hs_merged_object_ids hs_additional_emails hs_email_optout favourite_categories "
        "hs_linkedin_url twitterhandle associatedcompanyid loyalty_tier loyalty_points referred_by"
    ),
    "companies": names.words(
        "name domain industry numberofemployees annualrevenue address zip city country phone createdate "
        "hs_lastmodifieddate hs_object_id hs_merged_object_ids"
    ),
    "deals": names.words(
        "dealname amount deal_currency_code dealstage pipeline closedate createdate hs_lastmodifieddate hs_object_id "
        "hubspot_owner_id hs_deal_stage_probability hs_is_closed hs_is_closed_won closed_lost_reason"
    ),
} | hubspot_engagements.PROPERTIES
PROPERTIES |= hubspot_tickets.PROPERTIES | commerce.PROPERTIES
MODIFIED = dict.fromkeys(PROPERTIES, "hs_lastmodifieddate") | {"contacts": "lastmodifieddate"}
CREATED = dict.fromkeys(PROPERTIES, "createdate") | dict.fromkeys(
    (*hubspot_engagements.PROPERTIES, "orders", "feedback_submissions", "quotes"), "hs_createdate"
)
PIPELINE = "default"
SEVERAL_ADDRESSES = 0.9  # of the contacts show the further addresses that the person has or had


def properties(company: Company, kind: str, rows: Ints) -> list[dict[str, str | None]]:
    """All properties of the rows of one kind of object."""
    makers = {
        "contacts": _contacts, "companies": _companies, "deals": _deals, "tickets": hubspot_tickets.properties,
        **commerce.MAKERS,
    }  # fmt: skip
    made = makers[kind](company, rows) if kind in makers else hubspot_engagements.properties(company, kind, rows)
    table = company.table("hubspot", kind)
    stamps = zip(rows.tolist(), clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows]), strict=True)
    for record, (row, created, changed), number in zip(made, stamps, table.ids(rows).tolist(), strict=True):
        record[CREATED[kind]] = created
        record[MODIFIED[kind]] = changed
        record["hs_object_id"] = str(number)
        if row in table.overrides:
            record |= table.overrides[row]
    return made


_LOSERS: WeakKeyDictionary[Table, tuple[int, dict[int, list[int]]]] = WeakKeyDictionary()


def _losers(table: Table) -> dict[int, list[int]]:
    """The rows merged straight into each row; kept until something changes."""
    kept = _LOSERS.get(table)
    if kept is None or kept[0] != table.revision:
        rows = np.flatnonzero(table["state"] == MERGED)
        into: dict[int, list[int]] = {}
        for loser, winner in zip(rows.tolist(), table["merged_into"][rows].tolist(), strict=True):
            into.setdefault(winner, []).append(loser)
        kept = _LOSERS[table] = (table.revision, into)
    return kept[1]


def merged_ids(table: Table, rows: Ints) -> dict[int, str]:
    """The ids that were merged into each of the rows, directly or one after the other: row → "12;15"."""
    into = _losers(table)
    if not into:
        return {}

    def all_of(row: int) -> list[int]:
        return [found for loser in into.get(row, []) for found in (loser, *all_of(loser))]

    wanted = [row for row in rows.tolist() if row in into]
    return {row: ";".join(map(str, table.ids(np.array(sorted(all_of(row)))).tolist())) for row in wanted}


def _contacts(company: Company, rows: Ints) -> list[dict[str, str | None]]:
    table, draws = company.pipeline.contacts, company.draws
    edition = table["edition"][rows].astype(np.int64)
    key, now = rows * 64, rows * 64 + edition % 64
    merged = merged_ids(table, rows)
    person = np.maximum(table["person"][rows].astype(np.int64), 0)
    employers = company.pipeline.companies
    owners = owner_ids()
    referrers = causes.referrers(draws, person, company.people.met)
    referrers = np.where(table["person"][rows] >= 0, referrers, -1)
    columns = zip(
        rows.tolist(), company.people.written(table["person"][rows].astype(np.int64)), table["slips"][rows].tolist(),
        edition.tolist(), draws.below("hubspot phone form", rows, 6).tolist(),
        draws.below("which phone", key, 10).tolist(),
        draws.below("country word", key, 10).tolist(), draws.bits("known of contact", key).tolist(),
        draws.below("lead status", now, len(LEAD_STATUSES)).tolist(), causes.lifecycle(draws, person).tolist(),
        draws.below("rejected", now, 40).tolist(),
        causes.lead_source(draws, person).tolist(),
        draws.below("owner", now, len(owners) * 2).tolist(), draws.below("opted out", key, 20).tolist(),
        draws.bits("interests", key).tolist(), draws.happens("several addresses", key, SEVERAL_ADDRESSES).tolist(),
        draws.below("loyalty points", key, 2_500).tolist(), company.people.written(referrers), strict=True,
    )  # fmt: skip
    kinds = list(names.GOODS)
    found: list[dict[str, str | None]] = []
    for (
        row,
        p,
        flag,
        edit,
        form,
        which,
        word,
        known,
        lead,
        life,
        rejected,
        source,
        owner,
        out,
        likes,
        several,
        score,
        referrer,
    ) in columns:
        first, last = slips.name(p, flag)
        street, city, region, postcode = slips.address(p, flag)
        phone = slips.phone(p, flag, form)
        country = next(c for c in names.COUNTRIES if c.code == p.country)
        place = country.variants[word % len(country.variants) if word > 6 else 0]
        employed = p.employer >= 0
        name = employer_name(p.employer, country.code) if employed else None
        if name and word % 3 == 0:
            name = name.rsplit(" ", 1)[0]
        lead = (lead + edit) % len(LEAD_STATUSES)
        lost = LEAD_STATUSES[lead] == "UNQUALIFIED"
        handle = (first or "").lower() + str(p.number)
        home = company.pipeline.standing(employers, p.employer) if 0 <= p.employer < len(employers) else -1
        found.append({
            "email": slips.email(p, flag) if p.email else None, "firstname": first or None, "lastname": last or None,
            "phone": phone if which < 7 else None, "mobilephone": phone if which >= 6 else None, "company": name,
            "jobtitle": p.job if employed and known & 3 else None, "address": street, "city": city, "state": region,
            "zip": postcode,
            "country": place if street or known & 4 else None,
            "date_of_birth": p.born if known & 24 == 0 and p.born else None,
            "gender": p.gender or None if known & 96 else None,
            "hs_language": country.language if known & 128 else None, "lifecyclestage": causes.LIFECYCLES[life],
            "hs_lead_status": LEAD_STATUSES[lead], "lead_rejection_reason": REJECTIONS[rejected % 6] if lost else None,
            "hs_analytics_source": causes.SOURCES[source],
            "hubspot_owner_id": str(owners[owner]) if owner < len(owners) else None,
            "hs_merged_object_ids": merged.get(row),
            "hs_additional_emails": slips.further_emails(p, flag) if several and p.email else None,
            "hs_email_optout": {0: "true", 1: None, 2: None}.get(out, "false"),
            "favourite_categories": ";".join(k for at, k in enumerate(kinds) if likes >> at * 3 & 7 == 0) or None,
            "hs_linkedin_url": f"https://linkedin.example/in/{handle}" if known >> 9 & 15 == 0 else None,
            "twitterhandle": handle if known >> 13 & 31 == 0 else None,
            "associatedcompanyid": str(int(employers.ids(np.array([home]))[0])) if home >= 0 else None,
            "loyalty_tier": TIERS[score // 500], "loyalty_points": "to be counted" if score % 97 == 0 else str(score),
            "referred_by": referrer.email or None,
        })  # fmt: skip
    return found


def _companies(company: Company, rows: Ints) -> list[dict[str, str | None]]:
    table, draws = company.pipeline.companies, company.draws
    employers = table["employer"][rows].astype(np.int64)
    merged = merged_ids(table, rows)
    size = (4 + 1996 * draws.unit("employees", employers) ** 4).astype(np.int64)
    edition = table["edition"][rows].astype(np.int64)
    trade = draws.below("industry", employers, len(names.INDUSTRIES)).tolist()
    # A double was typed by somebody else, who knew less and did not look twice.
    mistyped = draws.happens("company name slip", rows, 0.3).tolist()
    unplaced = draws.happens("company without address", rows, 0.5).tolist()
    unphoned = draws.happens("company without phone", rows, 0.4).tolist()
    found: list[dict[str, str | None]] = []
    for at, (row, office) in enumerate(zip(rows.tolist(), head_offices(draws, employers), strict=True)):
        double = bool(table["slips"][row] & slips.IS_DOUBLE)
        name = office.name.rsplit(" ", 1)[0] if double else office.name
        staff = int(size[at]) + int(edition[at])
        placed = not (double and unplaced[at])
        phone = phones.written(office.country.code, office.phone, 3 if double else 0)
        found.append({
            "name": slips.swapped_letters(name, 3) if double and mistyped[at] else name,
            "domain": None if double else office.domain,
            "industry": names.INDUSTRIES[trade[at]], "numberofemployees": str(staff),
            "annualrevenue": str(staff * 180_000),
            "address": office.street if placed else None, "zip": office.postcode if placed else None,
            "city": office.city, "country": office.country.name, "phone": None if double and unphoned[at] else phone,
            "hs_merged_object_ids": merged.get(row),
        })  # fmt: skip
    return found


def _deals(company: Company, rows: Ints) -> list[dict[str, str | None]]:
    table, draws = company.pipeline.deals, company.draws
    key = table["person"][rows].astype(np.int64) * 4 + table["turn"][rows]
    amount = (np.exp(draws.unit("deal amount", key) * 4.2 + 5.7) * 10).astype(np.int64) * 10
    edition = table["edition"][rows].astype(np.int64)
    ends = clock.iso_ms(table["ends"][rows])
    reason = draws.chosen("lost because", key, [30, 25, 15, 10, 8, 7, 5]).tolist()
    owner = causes.deal_owner(draws, key, len(owner_ids())).tolist()
    kind = draws.below("deal kind", key, len(names.GOODS)).tolist()
    employer = table["employer"][rows].tolist()
    pounds = books.in_pounds(draws, table["employer"][rows].astype(np.int64)).tolist()
    stage = table["stage"][rows].tolist()
    found: list[dict[str, str | None]] = []
    for at, number in enumerate(table.ids(rows).tolist()):
        step = stage[at]
        whose = employer_name(employer[at], "GB").rsplit(" ", 1)[0] if employer[at] >= 0 else f"no. {number}"
        cents = int(amount[at]) + 10_000 * int(edition[at])
        found.append({
            "dealname": f"{list(names.GOODS)[kind[at]]} for {whose}", "amount": f"{cents // 100}.{cents % 100:02d}",
            "deal_currency_code": books.POUND if pounds[at] else books.EURO,
            "dealstage": STAGES[step][0], "pipeline": PIPELINE, "closedate": ends[at],
            "hubspot_owner_id": str(owner_ids()[owner[at]]), "hs_deal_stage_probability": str(STAGES[step][2]),
            "hs_is_closed": "true" if step >= WON else "false", "hs_is_closed_won": "true" if step == WON else "false",
            "closed_lost_reason": LOST_REASONS[reason[at]] if step == LOST else None,
        })  # fmt: skip
    return found


def associated(company: Company, kind: str, to: str, rows: Ints) -> list[list[int]]:
    """Ids of the contacts or companies that deals, tickets and engagements (or the companies of contacts) belong to."""
    pipeline = company.pipeline
    table = company.table("hubspot", kind)
    if kind == "line_items":
        target = pipeline.deals if to == "deals" else company.table("hubspot", "orders")
        at = commerce.row_of_parent(to, rows, len(target)).tolist()
    elif kind == "quotes":  # row by row of the deals
        deals = pipeline.deals
        target = {"deals": deals, "contacts": pipeline.contacts, "companies": pipeline.companies}[to]
        at = rows.tolist() if to == "deals" else deals["contact" if to == "contacts" else "employer"][rows].tolist()
    elif kind in ("orders", "feedback_submissions"):
        person = commerce.person_of(company, kind, rows)
        target = pipeline.contacts if to == "contacts" else pipeline.companies
        at = (known_contacts(company, person) if to == "contacts" else _employer_of(company, person)).tolist()
        if to == "tickets":
            return [[] for _ in at]
    elif kind == "tickets" and to == "contacts":
        target, at = pipeline.contacts, hubspot_tickets.contact_of(company, rows).tolist()
    elif kind == "tickets":
        at = _employer_of(company, hubspot_tickets.person_of(company, rows)).tolist()
        target = pipeline.companies
    elif to == "contacts":
        target, at = pipeline.contacts, table["contact"][rows].tolist()
    else:
        employer = table["employer"][rows] if kind == "deals" else _employer_of(company, table["person"][rows])
        target, at = pipeline.companies, employer.tolist()
    found = []
    for row in at:
        standing = pipeline.standing(target, row) if 0 <= row < len(target) else -1
        live = standing >= 0 and target["state"][standing] == 0
        found.append([int(target.ids(np.array([standing]))[0])] if live else [])
    if company.also_associated:
        for number, ends in zip(table.ids(rows).tolist(), found, strict=True):
            ends[:] = sorted({*ends, *company.also_associated.get((kind, to, number), [])})
    return found


def _employer_of(company: Company, person: Ints) -> Ints:
    known = np.maximum(person, 0)
    return np.where(person >= 0, company.people.employer[known], -1)


def owners(company: Company) -> list[dict[str, Any]]:
    """The sales people; the last of them has left."""
    found = []
    since = clock.iso_ms(np.full(len(owner_ids()), clock.HISTORY_START, dtype=np.int64))
    for at, (number, (first, last)) in enumerate(zip(owner_ids(), owner_names(company.draws), strict=True)):
        address = f"{first}.{last}@sandbox.example".lower().replace("'", "")
        found.append({
            "id": str(number), "email": address, "type": "PERSON", "firstName": first, "lastName": last,
            "userId": number - 40_000_000, "createdAt": since[at], "updatedAt": since[at],
            "archived": at == len(owner_ids()) - 1,
        })  # fmt: skip
    return found
