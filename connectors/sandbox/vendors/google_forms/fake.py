"""Google Forms' fake: what the shop's customers answered, when they were asked for the first and the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

FORMS = {"1sandboxFirst-month_0001": "A month with us", "1sandboxAlmost-year_0002": "Almost a year with us",
         "1sandboxNobody-yet_0003": "Empty"}  # fmt: skip
CLIENT = {"client_id": "sandbox-forms.apps.googleusercontent.example"}
SECRETS = {"client_secret": "sandbox-google-forms-secret", "refresh_token": "sandbox-google-forms-refresh"}
ACCESS = "sandbox-google-forms-access"
PREFIX = "ACYDBNh"


def streams(company: Company) -> Mapping[str, Table]:
    """The responses; what is deleted there is in no list."""
    return {"responses": Copy(company.opinions.answers, 610_000_001, 3, becomes={DELETED: VANISHED})}


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/google_forms/v1/forms/*/responses",
    settings=CLIENT | {"form_ids": ", ".join(FORMS)},
    open_paths=("/google_forms/token",),
    naming=Naming(lambda _stream, number: f"{PREFIX}{number}", lambda text: int(text.removeprefix(PREFIX))),
    lists=("responses",),
    keys=("responseId",),
)
