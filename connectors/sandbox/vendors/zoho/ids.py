"""Zoho's long numbers."""

from __future__ import annotations

from crm360.connectors.sandbox.vendors.fake import Naming

KINDS = ["accounts", "contacts", "leads", "deals", "users", "calls", "events", "products", "sales_orders", "invoices",
         "campaigns", "ordered_items", "quotes"]  # fmt: skip
FIRST, SPAN = 5_725_767_000_000_000_000, 10_000_000_000


def zoho_id(stream: str, number: int) -> str:
    """Nineteen digits, as text."""
    return str(FIRST + KINDS.index(stream) * SPAN + number)


NAMING = Naming(zoho_id, lambda text: (int(text) - FIRST) % SPAN)
