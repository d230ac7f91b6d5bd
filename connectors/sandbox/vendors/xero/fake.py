"""Xero's fake: the shop's customers, and its orders as invoices with payments and credit notes.

An invoice has a contact there, so guests have none. Nothing vanishes: what does so in the shop has a status here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Flags
from crm360.connectors.sandbox.company.shopping import CANCELLED, TEST
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_given
from crm360.connectors.sandbox.vendors.xero.ids import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-app", "tenant_id": "45e4708e-d862-4111-ab3a-dd8cd03913e1"}
SECRETS = {"client_secret": "sandbox-xero-secret"}
ACCESS = "sandbox-xero-access"


def streams(company: Company) -> Mapping[str, Table]:
    """Contacts, and what was sold to them."""
    shop, gone = company.shop, {VANISHED: DELETED}

    def unpaid() -> Flags:
        return (shop.orders["customer"] < 0) | (shop.orders["marks"] & (TEST | CANCELLED) > 0)

    def unbilled() -> Flags:
        return (shop.orders["customer"] < 0) | (shop.orders["marks"] & TEST > 0)

    def of_nothing_billed() -> Flags:
        return unbilled()[shop.refunds["order"].astype(np.int64)]

    return {
        "contacts": Copy(shop.customers, 1, becomes=gone, shows=True),
        "invoices": Copy(shop.orders, 1, becomes=gone, shows=True, lacks=unbilled),
        "credit_notes": Copy(shop.refunds, 1, becomes=gone, shows=True, lacks=of_nothing_billed),
        "payments": Copy(shop.orders, 1, becomes=gone, shows=True, lacks=unpaid),
    }


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/xero/api.xro/2.0/*",
    settings=CLIENT,
    open_paths=("/connect/token",),
    people=("contacts",),
    naming=NAMING,
    lists=("Contacts", "Invoices", "CreditNotes", "Payments"),
    keys=("ContactID", "InvoiceID", "CreditNoteID", "PaymentID"),
)
