"""QuickBooks Online's fake: the shop's customers and goods, and its orders as invoices, or as sales receipts of guests.

An invoice has a customer there, and is paid by a payment; a sales receipt needs none, and is paid at once. What is
given back is a credit memo or a refund receipt. An id is one of its own kind only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Flags
from crm360.connectors.sandbox.company.shopping import CANCELLED, TEST
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

REALM = "4620816365000000001"
CLIENT = {"client_id": "sandbox-app", "realm_id": REALM}
SECRETS = {"client_secret": "sandbox-quickbooks-secret", "refresh_token": "sandbox-quickbooks-refresh"}
ACCESS = "sandbox-quickbooks-access"
OBJECTS = {
    "customers": "Customer", "items": "Item", "invoices": "Invoice", "sales_receipts": "SalesReceipt",
    "credit_memos": "CreditMemo", "refund_receipts": "RefundReceipt", "payments": "Payment",
}  # fmt: skip


def streams(company: Company) -> Mapping[str, Table]:
    """Customers, items, and what was sold to whom."""
    shop = company.shop

    def is_test() -> Flags:
        return shop.orders["marks"] & TEST > 0

    def is_guests() -> Flags:
        return shop.orders["customer"] < 0

    def refunded(orders: Flags) -> Flags:
        return orders[shop.refunds["order"].astype(np.int64)]

    def copy(table: Table, lacks: object = None) -> Copy:
        return Copy(table, 1, becomes={VANISHED: DELETED}, shows=True, lacks=lacks)  # type: ignore[arg-type]

    return {
        "customers": copy(shop.customers),
        "items": copy(shop.products),
        "invoices": copy(shop.orders, lambda: is_guests() | is_test()),
        "sales_receipts": copy(shop.orders, lambda: ~is_guests() | is_test()),
        "credit_memos": copy(shop.refunds, lambda: refunded(is_guests() | is_test())),
        "refund_receipts": copy(shop.refunds, lambda: refunded(~is_guests() | is_test())),
        "payments": copy(
            shop.orders, lambda: is_guests() | is_test() | (shop.orders["marks"] & CANCELLED > 0)
        ),
    }  # fmt: skip


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/quickbooks/v3/company/*/query",
    settings=CLIENT,
    open_paths=("/oauth2/v1/tokens/bearer",),
    people=("customers",),
    lists=tuple(OBJECTS.values()),
    within="QueryResponse",
)
