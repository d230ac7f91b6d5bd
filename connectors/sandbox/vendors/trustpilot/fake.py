"""Trustpilot's fake: what the shop's customers wrote of it when they were invited for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

UNIT = "507f191e810c19729de860ea"
CLIENT = {"client_id": "sandbox-trustpilot-key", "business_unit_id": UNIT}
SECRETS = {"client_secret": "sandbox-trustpilot-secret"}
ACCESS = "sandbox-trustpilot-access"


def written(_stream: str, number: int) -> str:
    """An id as Trustpilot's: 24 digits of hexadecimal."""
    return f"{number:024x}"


def streams(company: Company) -> Mapping[str, Table]:
    """The reviews; what is deleted there is in no list."""
    answers = company.opinions.answers
    return {
        "reviews": Copy(
            answers, 0x5E3DE1B4_000001, 7, becomes={DELETED: VANISHED}, lacks=lambda: answers["turn"] != 0
        )
    }  # fmt: skip


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/trustpilot/v1/private/business-units/*/reviews",
    settings=CLIENT,
    open_paths=("/accesstoken",),
    naming=Naming(written, lambda text: int(text, 16)),
    lists=("reviews",),
)
