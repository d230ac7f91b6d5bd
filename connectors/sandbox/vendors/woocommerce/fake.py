"""WooCommerce's fake: the shop's people and orders, in another shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_basic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

KEY = "ck_sandbox"


def streams(company: Company) -> Mapping[str, Table]:
    """The shop's tables, with ids of their own."""
    shop = company.shop
    return {
        "customers": Copy(shop.customers, 12, 1),
        "orders": Copy(shop.orders, 10_011, 7, shows=True),
        "products": Copy(shop.products, 401, 3, shows=True),
        "refunds": Copy(shop.refunds, 10_013, 7, becomes={DELETED: VANISHED}),
    }


FAKE = Fake(
    {"token": "sandbox-woocommerce"},
    by_basic(KEY),
    streams,
    "*/wc/v3/*",
    settings={"consumer_key": KEY},
    people=("customers",),
)
