"""Matomo's fake: the visits in which the shop's customers ordered, on two websites; a third keeps no log of visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

TOKEN = "sandbox-matomo"
ZONES = {"1": "Europe/Berlin", "2": "America/New_York"}
WITHOUT_LOG, NOT_OURS = "3", "4"


def streams(company: Company) -> Mapping[str, Table]:
    """The visits; nothing tells what was deleted, and it is never gone here."""
    return {"visits": Copy(company.shop.orders, 40_001, 3, becomes={DELETED: 0, VANISHED: 0})}


FAKE = Fake(
    {"token": TOKEN},
    lambda headers, token: bearer(headers) == token,
    streams,
    "/matomo/index.php",
    # Longer than the company has a history, for the first night is reckoned by our own clock.
    settings={"site_ids": "1, 2, 3, 4", "user_source": "shopify", "history_days": "1000", "days_at_once": "250"},
    open_paths=("/index.php",),
    keys=("idVisit",),
)
