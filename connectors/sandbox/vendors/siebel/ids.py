"""Siebel's row ids."""

from __future__ import annotations

import string

from crm360.connectors.sandbox.vendors.fake import Naming, digits

KINDS = ["accounts", "contacts", "opportunities", "service_requests"]


def siebel_id(stream: str, number: int) -> str:
    """A row id: the row prefix and six figures of base 36, in order of number."""
    return f"{KINDS.index(stream) + 1}-{digits(number, string.digits + string.ascii_uppercase, 6)}"


NAMING = Naming(siebel_id, lambda text: int(text.split("-", 1)[1] if text.count("-") == 1 else "", 36))
