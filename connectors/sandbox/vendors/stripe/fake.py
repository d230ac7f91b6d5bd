"""Stripe's fake: the shop's orders as charges and invoices, with disputes and subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, LIVE, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_bearer, last_number
from crm360.connectors.sandbox.vendors.stripe.ids import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """What was charged stays, whatever becomes of the order; a customer who is gone from the shop was deleted."""
    shop, stays = company.shop, {DELETED: LIVE, VANISHED: LIVE}
    return {
        "customers": Copy(shop.customers, 900_000_000_001, 13, becomes={VANISHED: DELETED}),
        "charges": Copy(shop.orders, 300_000_000_001, 3, becomes=stays),
        "invoices": Copy(shop.orders, 500_000_000_001, 7, lacks=lambda: shop.orders["customer"] < 0),
        "refunds": Copy(shop.refunds, 700_000_000_001, 5, becomes=stays),
        "disputes": company.disputes.disputes,
        "subscriptions": company.subscribing.subscriptions,
    }


FAKE = Fake(
    {"token": "sandbox-stripe"},
    by_bearer,
    streams,
    "/stripe/v1/*",
    people=("customers",),
    naming=Naming(lambda stream, number: f"{PREFIXES[stream]}{number}", last_number),
)
