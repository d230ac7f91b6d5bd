"""Klaviyo's ids: ULIDs, and shorter ones of events."""

from __future__ import annotations

import string

from crm360.connectors.sandbox.vendors.fake import Naming, digits, numbered

KINDS = ["profiles", "events", "campaigns", "messages"]
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def klaviyo_id(stream: str, number: int) -> str:
    """A ULID, in order of number; of events, eleven letters and figures."""
    if stream == "events":
        return digits(number, _BASE62, 11)
    return f"01J{KINDS.index(stream)}{digits(number, _CROCKFORD, 22)}"


def _number(text: str) -> int:
    return numbered(text[4:], _CROCKFORD) if len(text) == 26 else numbered(text, _BASE62)


NAMING = Naming(klaviyo_id, _number)
