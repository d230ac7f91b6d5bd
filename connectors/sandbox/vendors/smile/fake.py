"""Smile.io's fake: the shop's customers as members of its loyalty programme, and their points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.points import Ledger
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """Members, who vanish with their account; the ledger keeps all."""
    return {
        "customers": Copy(company.shop.customers, 304_000_001, 5, becomes={DELETED: VANISHED}),
        "points_transactions": Ledger(company, 812_000_001, 3),
    }


FAKE = Fake(
    {"token": "sandbox-smile"},
    by_bearer,
    streams,
    "/smile/v1/[cp]*",
    people=("customers",),
    lists=("vip_tiers", "customers", "points_transactions"),
)
