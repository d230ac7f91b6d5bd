"""Meta's fake: what the company advertises there, in two accounts, and who filled in its two pages' lead forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Headers, bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


PAGES = {"1045001": "sandbox-page-token-one", "1045002": "sandbox-page-token-two"}
FORMS = {"880001": "1045001", "880002": "1045002", "880003": "1045001"}  # each of a page; nobody answers the last


def lets_in(headers: Headers, token: str) -> bool:
    """The token of the system user, and those of the pages that it gave."""
    return bearer(headers) in (token, *PAGES.values())


def streams(company: Company) -> Mapping[str, Table]:
    """The campaigns and the leads; what vanishes is in no list."""
    return {
        "campaigns": Copy(company.advertising.campaigns, 120_210_000_000_000_001, 10, becomes={DELETED: VANISHED}),
        "leads": Copy(company.opinions.answers, 990_000_001, 7, becomes={DELETED: VANISHED}),
    }


FAKE = Fake(
    {"token": "sandbox-meta-ads"},
    lets_in,
    streams,
    "/meta_ads/*[nd]s",  # campaigns and leads
    settings={
        "history_days": "760",  # as long as the company has a history
        "days_at_once": "90",
        "page_ids": ", ".join(PAGES),
        "email_boxes": "news",
    },
)
