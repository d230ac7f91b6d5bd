"""Dynamics' GUIDs."""

from __future__ import annotations

from crm360.connectors.sandbox.vendors.fake import Naming

KINDS = ["accounts", "contacts", "leads", "opportunities", "incidents", "systemusers", "queues",
         "emails", "phonecalls", "appointments", "products", "salesorders", "salesorderdetails", "invoices",
         "campaigns", "opportunityproducts", "quotes"]  # fmt: skip


def guid(stream: str, number: int) -> str:
    """A GUID as Dynamics writes it, in order of number."""
    return f"{KINDS.index(stream) + 1:08x}-5eed-f011-8d00-{number:012x}"


NAMING = Naming(guid, lambda text: int(text.rsplit("-", 1)[1], 16) if text.count("-") == 4 else int(""))
