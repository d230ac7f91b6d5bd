"""Zoho's fake: HubSpot's people, companies and deals; the shop's customers as leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company import crm
from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.vendors.fake import Fake, by_given
from crm360.connectors.sandbox.vendors.zoho.ids import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-app"}
SECRETS = {"client_secret": "sandbox-zoho-secret", "refresh_token": "sandbox-zoho-refresh"}
ACCESS = "sandbox-zoho-access"


def streams(company: Company) -> Mapping[str, Table]:
    """Zoho's modules."""
    return {
        **crm.copied(company),
        "deals": Copy(company.pipeline.deals, 1),
    }


FAKE = Fake(
    SECRETS,
    by_given(f"Zoho-oauthtoken {ACCESS}"),
    streams,
    "*/crm/v8/[ACDL]*",
    settings=CLIENT,
    open_paths=("/oauth/v2/token",),
    people=("contacts", "leads"),
    naming=NAMING,
)
