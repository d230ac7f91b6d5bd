"""Xero's GUIDs, in order of number."""

from __future__ import annotations

from crm360.connectors.sandbox.vendors.fake import Naming

KINDS = ["contacts", "invoices", "credit_notes", "payments"]


def guid(stream: str, number: int) -> str:
    """A GUID that says its kind and its number."""
    return f"{KINDS.index(stream) + 1:08x}-7e20-4a00-9b00-{number:012x}"


NAMING = Naming(guid, lambda text: int(text.rsplit("-", 1)[1], 16) if text.count("-") == 4 else int(""))
