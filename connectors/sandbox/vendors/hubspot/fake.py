"""HubSpot's fake: a CRM that the company keeps, and a help desk, a shop, letters and lists beside its other ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Flags
from crm360.connectors.sandbox.company.letters import Letters
from crm360.connectors.sandbox.company.table import DELETED, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Limit, Naming, by_bearer
from crm360.connectors.sandbox.vendors.hubspot.lists import membership_id
from crm360.connectors.sandbox.vendors.hubspot.marketing import submission_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The CRM's own tables, the engagements, and copies of what the company keeps elsewhere."""
    shop, opinions = company.shop, company.opinions.answers

    def kept_elsewhere(source: Table) -> Callable[[], Flags]:
        """A company that keeps its tickets, orders and opinions in other systems has none of them here."""
        return lambda: np.full(len(source), not company.answers_in_hubspot)

    def copied(source: Table, first_id: int, becomes: Mapping[int, int] | None = None) -> Copy:
        return Copy(source, first_id, tick=1, becomes=becomes, lacks=kept_elsewhere(source))

    return {
        "contacts": company.pipeline.contacts,
        "companies": company.pipeline.companies,
        "deals": company.pipeline.deals,
        **company.engagements.tables,
        "tickets": copied(company.desk.tickets, 95_000_000_001),
        "products": copied(shop.products, 96_000_000_001),
        "orders": copied(shop.orders, 97_000_000_001),
        "line_items": copied(shop.orders, 98_000_000_001),
        "feedback_submissions": copied(opinions, 99_000_000_001),
        "form_submissions": copied(opinions, 1, {DELETED: VANISHED}),
        "email_events": Letters(company.mailing),
        "quotes": copied(company.pipeline.deals, 93_000_000_001),
        "list_members": copied(
            company.pipeline.contacts, company.pipeline.contacts.first_id, {DELETED: VANISHED, MERGED: VANISHED}
        ),
    }


def _named(stream: str, number: int) -> str:
    if stream == "list_members":
        return membership_id(number)
    return submission_id(number) if stream == "form_submissions" else str(number)


FAKE = Fake(
    {"token": "sandbox-hubspot"},
    by_bearer,
    streams,
    "/hubspot/crm/objects/*",
    people=("contacts",),
    naming=Naming(_named, lambda record_id: int(record_id.rsplit("/", 1)[-1].rsplit("-", 1)[-1])),
    unlanded=("email_events",),  # an event has two numbers: tests of its own look at these
    lists=("events", "lists"),
    keys=("conversionId", "recordId", "listId"),
    limits=(Limit("hubspot_search_per_second", 1.0, "/search"),),
)
