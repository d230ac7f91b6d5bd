"""Meta's fake: what the company advertises there, in two accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The campaigns; one that vanishes is in no list."""
    return {"campaigns": Copy(company.advertising.campaigns, 120_210_000_000_000_001, 10, becomes={DELETED: VANISHED})}


FAKE = Fake(
    {"token": "sandbox-meta-ads"},
    by_bearer,
    streams,
    "/meta_ads/*/campaigns",
    settings={"history_days": "760", "days_at_once": "90"},  # as long as the company has a history
)
