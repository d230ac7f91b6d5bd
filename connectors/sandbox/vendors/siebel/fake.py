"""Siebel's fake: HubSpot's people, companies and deals; the desk's tickets as service requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.vendors.fake import Fake, by_given
from crm360.connectors.sandbox.vendors.siebel.ids import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """Siebel's business components."""
    pipeline = company.pipeline
    return {
        "accounts": Copy(pipeline.companies, 1),
        "contacts": Copy(pipeline.contacts, 1),
        "opportunities": Copy(pipeline.deals, 1),
        "service_requests": Copy(company.desk.tickets, 1),
    }


FAKE = Fake(
    {"password": "sandbox-siebel"},
    by_given("Basic U0FETUlOOnNhbmRib3gtc2llYmVs"),
    streams,
    "*/siebel/v1.0/data/*",
    settings={"user": "SADMIN"},
    people=("contacts",),
    naming=NAMING,
)
