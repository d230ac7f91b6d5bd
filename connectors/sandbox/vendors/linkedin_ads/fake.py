"""LinkedIn's fake: what the company advertises there, in two accounts, and who filled in their lead forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The campaigns and the leads; what is deleted is in no list."""
    return {
        "campaigns": Copy(company.advertising.campaigns, 340_000_001, 1, becomes={DELETED: VANISHED}),
        "leads": Copy(company.opinions.answers, 770_000_001, 3, becomes={DELETED: VANISHED}),
    }


def named(stream: str, number: int) -> str:
    """A lead's id ends in a number of LinkedIn's own."""
    return f"c0ffee{number}-1" if stream == "leads" else str(number)


def numbered(text: str) -> int:
    """The number in an id."""
    return int(text.removeprefix("c0ffee").removesuffix("-1"))


FAKE = Fake(
    {"token": "sandbox-linkedin-ads"},
    by_bearer,
    streams,
    "/linkedin_ads/*[ne]s",  # campaigns and what was filled in
    settings={
        "history_days": "760",  # as long as the company has a history
        "days_at_once": "90",
        "lead_days": "2000",
        "email_boxes": "4100",
    },
    naming=Naming(named, numbered),
    lists=("elements",),
)
