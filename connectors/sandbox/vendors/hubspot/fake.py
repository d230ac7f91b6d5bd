"""HubSpot's fake: a CRM that the company keeps, and a help desk beside its other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Flags
from crm360.connectors.sandbox.vendors.fake import Fake, Limit, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The CRM's own tables, the engagements, and the desk's tickets."""
    tickets = company.desk.tickets

    def elsewhere() -> Flags:
        """A company that answers its customers in Zendesk has no tickets here."""
        return np.full(len(tickets), not company.answers_in_hubspot)

    return {
        "contacts": company.pipeline.contacts,
        "companies": company.pipeline.companies,
        "deals": company.pipeline.deals,
        **company.engagements.tables,
        "tickets": Copy(tickets, 95_000_000_001, tick=1, lacks=elsewhere),
    }


FAKE = Fake(
    {"token": "sandbox-hubspot"},
    by_bearer,
    streams,
    "/hubspot/crm/objects/*",
    people=("contacts",),
    limits=(Limit("hubspot_search_per_second", 1.0, "/search"),),
)
