"""Dynamics' fake: HubSpot's people, companies, deals with what is offered in them, and engagements; the shop's
customers as leads, its orders with their invoices and goods; the desk's tickets as cases; what is advertised as
campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company import crm
from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.vendors.dynamics.ids import NAMING
from crm360.connectors.sandbox.vendors.fake import Fake, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-app"}
SECRETS = {"client_secret": "sandbox-dynamics-secret"}
ACCESS = "sandbox-dynamics-access"


def streams(company: Company) -> Mapping[str, Table]:
    """Dynamics' tables. An order has one line, of the row that it has."""
    spoken, shop = company.engagements.tables, company.shop
    return {
        **crm.copied(company),
        "opportunities": Copy(company.pipeline.deals, 1),
        "incidents": Copy(company.desk.tickets, 1),
        "emails": Copy(spoken["emails"], 1),
        "phonecalls": Copy(spoken["calls"], 1),
        "appointments": Copy(spoken["meetings"], 1),
        "products": Copy(shop.products, 1),
        "salesorders": Copy(shop.orders, 1),
        "salesorderdetails": Copy(shop.orders, 1),
        "invoices": Copy(shop.orders, 1),
        "campaigns": Copy(company.advertising.campaigns, 1),
        "opportunityproducts": Copy(company.pipeline.deals, 1),
        "quotes": Copy(company.pipeline.deals, 1),
    }


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "*/data/v9.2/*",
    settings={**CLIENT, "tenant_id": "sandbox"},
    open_paths=("/oauth2/v2.0/token",),
    people=("contacts", "leads"),
    naming=NAMING,
    keys=(
        "opportunityid",
        "incidentid",
        "leadid",
        "contactid",
        "accountid",
        "activityid",
        "productid",
        "salesorderid",
        "salesorderdetailid",
        "invoiceid",
        "campaignid",
        "opportunityproductid",
        "quoteid",
    ),
)
