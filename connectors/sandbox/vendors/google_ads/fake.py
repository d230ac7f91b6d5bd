"""Google Ads' fake: a manager account, and below it what the company advertises, in two accounts that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.vendors.fake import Fake, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

MANAGER = "9000000001"
CLIENT = {"client_id": "sandbox-ads.apps.googleusercontent.example"}
SECRETS = {
    "client_secret": "sandbox-google-ads-secret",
    "refresh_token": "sandbox-google-ads-refresh",
    "developer_token": "sandbox-developer-token",
}
ACCESS = "sandbox-google-ads-access"
ACCOUNT = {"customer_id": "900-000-0001", "login_customer_id": MANAGER}


def streams(_company: Company) -> Mapping[str, Table]:
    """None: Google does not say when a campaign was changed."""
    return {}


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/google_ads/*/googleAds:searchStream",
    settings=CLIENT | ACCOUNT | {"history_days": "760", "days_at_once": "90"},
    open_paths=("/google_ads/token",),
)
