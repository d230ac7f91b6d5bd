"""Google Business Profile's fake: what the shop's customers wrote of it on the map, at two locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

ACCOUNT, LOCATIONS = "104000000000000000001", ("7100000000000000001", "7100000000000000002")
CLIENT = {"client_id": "sandbox-reviews.apps.googleusercontent.example"}
SECRETS = {"client_secret": "sandbox-google-reviews-secret", "refresh_token": "sandbox-google-reviews-refresh"}
ACCESS = "sandbox-google-reviews-access"
PREFIX = "AbFvOqk"


def streams(company: Company) -> Mapping[str, Table]:
    """The reviews; what is deleted there is in no list."""
    answers = company.opinions.answers
    return {
        "reviews": Copy(answers, 830_000_001, 3, becomes={DELETED: VANISHED}, lacks=lambda: answers["turn"] == 0)
    }  # fmt: skip


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/google_reviews/v4/accounts/*/locations/*/reviews",
    settings=CLIENT | {"account_id": ACCOUNT, "location_ids": ", ".join(LOCATIONS)},
    open_paths=("/google_reviews/token",),
    naming=Naming(lambda _stream, number: f"{PREFIX}{number}", lambda text: int(text.removeprefix(PREFIX))),
    lists=("reviews",),
    keys=("reviewId",),
)
