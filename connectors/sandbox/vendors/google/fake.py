"""Google's fake: a user list of Customer Match. Nothing is pulled from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.vendors.fake import Fake, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-app.apps.googleusercontent.example"}
SECRETS = {"client_secret": "sandbox-google-secret", "refresh_token": "sandbox-google-refresh"}
ACCESS = "sandbox-google-access"
ACCOUNT = "1234567890"


def streams(_company: Company) -> Mapping[str, Table]:
    """None: members can't be read."""
    return {}


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/google/v1/*",
    settings=CLIENT,
    open_paths=("/google/token",),
)
