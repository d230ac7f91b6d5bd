"""LoyaltyLion's fake: the shop's customers in its loyalty programme, and their points."""

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
    """Customers, who vanish with their account; the ledger keeps all."""
    return {
        "customers": Copy(company.shop.customers, 51_000_001, 4, becomes={DELETED: VANISHED}),
        "transactions": Ledger(company, 96_000_001, 6),
    }


FAKE = Fake(
    {"token": "pat_sandbox"},
    by_bearer,
    streams,
    "/loyaltylion/v2/*",
    people=("customers",),
    lists=("customers", "transactions"),
)
