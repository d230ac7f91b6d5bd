"""The records that further CRM systems show: the company's own tables, under other names and ids.

Salesforce, Dynamics, Zoho and Siebel hold the people, companies and deals of the pipeline, the shop's customers as
leads and the desk's tickets as cases. So whatever happens to a record happens in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.sandbox import hubspot_records, shopify_records, zendesk_records
from connectors.sandbox.draws import Ints
from connectors.sandbox.table import LIVE, MERGED, VANISHED, Table

if TYPE_CHECKING:
    from connectors.sandbox.company import Company

Record = dict[str, Any]
BEHIND: dict[str, Callable[[Company], Table]] = {
    "contacts": lambda company: company.pipeline.contacts,
    "companies": lambda company: company.pipeline.companies,
    "deals": lambda company: company.pipeline.deals,
    "leads": lambda company: company.shop.customers,
    "cases": lambda company: company.desk.tickets,
}
RATINGS = ["Cold", "Warm", "Hot"]


def modstamp(table: Table, rows: Ints) -> Ints:
    """When rows last changed (ms), for systems in which a deletion is a change too."""
    gone = np.where(table["state"][rows] == LIVE, 0, table["gone"][rows])
    return np.maximum(table["changed"][rows], gone)


def contacts(company: Company, rows: Ints) -> list[Record]:
    """HubSpot's properties of the pipeline's contacts, with the rows of their account and their place in a merge."""
    return _with_accounts(company, "contacts", rows)


def companies(company: Company, rows: Ints) -> list[Record]:
    """HubSpot's properties of the pipeline's companies."""
    return [dict(record) for record in hubspot_records.properties(company, "companies", rows)]


def deals(company: Company, rows: Ints) -> list[Record]:
    """HubSpot's properties of deals, with the rows of their account and contact (-1 for none)."""
    pipeline, table = company.pipeline, company.pipeline.deals
    found = _with_accounts(company, "deals", rows)
    for record, row in zip(found, table["contact"][rows].tolist(), strict=True):
        standing = pipeline.standing(pipeline.contacts, row) if 0 <= row < len(pipeline.contacts) else -1
        record["contact"] = standing if standing >= 0 and pipeline.contacts["state"][standing] == LIVE else -1
    return found


def _with_accounts(company: Company, kind: str, rows: Ints) -> list[Record]:
    found: list[Record] = [dict(record) for record in hubspot_records.properties(company, kind, rows)]
    linked = hubspot_records.associated(company, kind, "companies", rows)
    for record, numbers in zip(found, linked, strict=True):
        row = company.pipeline.companies.row_of(numbers[0]) if numbers else None
        record["account"] = -1 if row is None else row
    return found


def leads(company: Company, rows: Ints) -> list[Record]:
    """The shop's customers as Shopify has them, with `status` and `source` of a lead."""
    found: list[Record] = [dict(record) for record in shopify_records.customers(company, rows)]
    status = company.draws.below("lead standing", rows, 4).tolist()
    source = company.draws.below("lead origin", rows, 4).tolist()
    for record, at, origin in zip(found, status, source, strict=True):
        record |= {"status": at, "source": origin}
    return found


def cases(company: Company, rows: Ints) -> list[Record]:
    """Zendesk's tickets with their metrics, and the row of the pipeline's contact behind each (-1 for none)."""
    desk, pipeline = company.desk, company.pipeline
    found: list[Record] = [dict(record) for record in zendesk_records.tickets(company, rows, metrics=True)]
    person = desk.users["person"][desk.tickets["user"][rows]].astype(np.int64)
    known = (person >= 0) & (person < len(pipeline.contact_of))
    contact = np.where(known, pipeline.contact_of[np.where(known, person, 0)], -1)
    for record, row in zip(found, contact.tolist(), strict=True):
        standing = pipeline.standing(pipeline.contacts, row)
        record["contact"] = standing if standing >= 0 and pipeline.contacts["state"][standing] == LIVE else -1
    return found


def winners(company: Company, table: Table, rows: Ints) -> list[int]:
    """The row that each row was merged into, at the end of the chain; -1 for rows that were not merged."""
    merged = (table["state"][rows] == MERGED).tolist()
    return [company.pipeline.standing(table, row) if is_merged else -1 for row, is_merged in zip(rows.tolist(), merged, strict=True)]


def visible(table: Table) -> Ints:
    """Rows that have not vanished, in order of creation."""
    return np.flatnonzero(table["state"] != VANISHED)


def said(table: Table, row: int) -> Record:
    """What a test said about a row: fields that replace those made up."""
    return table.overrides.get(row, {})
