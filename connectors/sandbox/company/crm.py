"""What the CRM systems have in common: the pipeline's people, companies and deals, leads from the shop, cases.

Each system keeps copies of the company's tables (see copies.py) and writes them in its own words; what is true of a
record is worked out here once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import owner_ids
from crm360.connectors.sandbox.company.table import LIVE, MERGED, Table
from crm360.connectors.sandbox.vendors.hubspot import records as hubspot_records
from crm360.connectors.sandbox.vendors.shopify import records as shopify_records
from crm360.connectors.sandbox.vendors.zendesk import records as zendesk_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
NONE = -1


def copied(company: Company, *, shows: bool = False) -> dict[str, Table]:
    """Accounts, contacts and leads as a CRM of its own keeps them (copies.py)."""
    pipeline = company.pipeline
    return {
        "accounts": Copy(pipeline.companies, 1, shows=shows),
        "contacts": Copy(pipeline.contacts, 1, shows=shows),
        "leads": Copy(company.shop.customers, 1, shows=shows),
    }


def contacts(company: Company, rows: Ints) -> list[Record]:
    """HubSpot's properties of contacts, with `account` (row of their company) and `owner` (its place); -1 for none."""
    return _with_links(company, "contacts", rows)


def companies(company: Company, rows: Ints) -> list[Record]:
    """HubSpot's properties of companies."""
    return [dict(record) for record in hubspot_records.properties(company, "companies", rows)]


def deals(company: Company, rows: Ints) -> list[Record]:
    """HubSpot's properties of deals, with the rows of their `account` and `contact`, and `owner`; -1 for none."""
    found = _with_links(company, "deals", rows)
    for record, row in zip(found, company.pipeline.deals["contact"][rows].tolist(), strict=True):
        record["contact"] = _live_contact(company, row)
    return found


def leads(company: Company, rows: Ints) -> list[Record]:
    """The shop's customers as Shopify has them; `standing` and `origin` are numbers from 0 to 3."""
    found: list[Record] = [dict(record) for record in shopify_records.customers(company, rows)]
    standing = company.draws.below("lead standing", rows, 4).tolist()
    origin = company.draws.below("lead origin", rows, 4).tolist()
    owner = company.draws.below("lead owner", rows, len(owner_ids())).tolist()
    for record, *values in zip(found, standing, origin, owner, strict=True):
        record |= dict(zip(("standing", "origin", "owner"), values, strict=True))
    return found


def cases(company: Company, rows: Ints) -> list[Record]:
    """Zendesk's tickets with their metrics; `contact` and `account` are rows of the pipeline, -1 for none."""
    desk, pipeline = company.desk, company.pipeline
    found: list[Record] = [dict(record) for record in zendesk_records.tickets(company, rows, metrics=True)]
    person = desk.users["person"][desk.tickets["user"][rows]].astype(np.int64)
    known = (person >= 0) & (person < len(pipeline.contact_of))
    contact = np.where(known, pipeline.contact_of[np.where(known, person, 0)], NONE) if known.any() else person * 0 - 1
    owner = company.draws.below("case owner", rows, len(owner_ids())).tolist()
    for record, row, place in zip(found, contact.tolist(), owner, strict=True):
        record |= {"contact": _live_contact(company, row), "owner": place}
    return found


def _live_contact(company: Company, row: int) -> int:
    table = company.pipeline.contacts
    standing = company.pipeline.standing(table, row) if 0 <= row < len(table) else NONE
    return standing if standing >= 0 and table["state"][standing] == LIVE else NONE


def _with_links(company: Company, kind: str, rows: Ints) -> list[Record]:
    found: list[Record] = [dict(record) for record in hubspot_records.properties(company, kind, rows)]
    linked = hubspot_records.associated(company, kind, "companies", rows)
    owners = {str(number): place for place, number in enumerate(owner_ids())}
    for record, numbers in zip(found, linked, strict=True):
        row = company.pipeline.companies.row_of(numbers[0]) if numbers else None
        record["account"] = NONE if row is None else row
        record["owner"] = owners.get(str(record.get("hubspot_owner_id")), NONE)
    return found


def winners(company: Company, table: Table, rows: Ints) -> list[int]:
    """The row that each row was merged into, at the end of the chain; -1 for rows that were not merged."""
    merged = (table["state"][rows] == MERGED).tolist()
    return [
        company.pipeline.standing(table, row) if is_merged else NONE
        for row, is_merged in zip(rows.tolist(), merged, strict=True)
    ]
