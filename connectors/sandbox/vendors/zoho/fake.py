"""Zoho's fake: HubSpot's people, companies, deals, calls and meetings; the shop's customers as leads, and some of its
orders, which sales people take; its goods; what is advertised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company import crm
from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.vendors.fake import Fake, by_given
from crm360.connectors.sandbox.vendors.zoho.ids import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.draws import Flags
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-app"}
SECRETS = {"client_secret": "sandbox-zoho-secret", "refresh_token": "sandbox-zoho-refresh"}
ACCESS = "sandbox-zoho-access"
ONE_IN = 16  # orders is taken here: each is asked for by itself


def streams(company: Company) -> Mapping[str, Table]:
    """Zoho's modules."""
    spoken, shop = company.engagements.tables, company.shop

    def taken_elsewhere() -> Flags:
        return np.arange(len(shop.orders)) % ONE_IN > 0

    return {
        **crm.copied(company),
        "deals": Copy(company.pipeline.deals, 1),
        "calls": Copy(spoken["calls"], 1),
        "events": Copy(spoken["meetings"], 1),
        "products": Copy(shop.products, 1),
        "quotes": Copy(company.pipeline.deals, 1),
        "sales_orders": Copy(shop.orders, 1, lacks=taken_elsewhere),
        "invoices": Copy(shop.orders, 1, lacks=taken_elsewhere),
        "campaigns": Copy(company.advertising.campaigns, 1),
    }


FAKE = Fake(
    SECRETS,
    by_given(f"Zoho-oauthtoken {ACCESS}"),
    streams,
    "*/crm/v8/[A-Z]*",
    settings=CLIENT,
    open_paths=("/oauth/v2/token",),
    people=("contacts", "leads"),
    naming=NAMING,
)
