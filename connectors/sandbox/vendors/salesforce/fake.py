"""Salesforce's fake: HubSpot's people and companies; the shop's customers as leads; the desk's tickets as cases.

A company that sells in its shop alone has neither orders, quotes nor meetings here (`Company.answers_in_hubspot`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company import crm
from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.vendors.fake import Fake, by_given
from crm360.connectors.sandbox.vendors.salesforce.ids import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-app"}
SECRETS = {"client_secret": "sandbox-salesforce-secret", "refresh_token": "sandbox-salesforce-refresh"}
ACCESS = "sandbox-salesforce-access"


def streams(company: Company) -> Mapping[str, Table]:
    """Salesforce's objects."""
    shop, deals = company.shop, company.pipeline.deals

    def kept_elsewhere(source: Table) -> Copy:
        return Copy(source, 1, shows=True, lacks=lambda: np.full(len(source), not company.answers_in_hubspot))

    return {
        **crm.copied(company, shows=True),
        "opportunities": Copy(company.pipeline.deals, 1, shows=True),
        "cases": Copy(company.desk.tickets, 1, shows=True),
        "tasks": Copy(company.pipeline.deals, 1, shows=True),
        "events": kept_elsewhere(deals),
        "products": kept_elsewhere(shop.products),
        "orders": kept_elsewhere(shop.orders),
        "order_items": kept_elsewhere(shop.orders),
        "price_book_entries": kept_elsewhere(shop.products),
        "opportunity_line_items": kept_elsewhere(deals),
        "quotes": kept_elsewhere(deals),
    }


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "*/queryAll",
    settings=CLIENT,
    open_paths=("/services/oauth2/token",),
    people=("contacts", "leads"),
    naming=NAMING,
)
