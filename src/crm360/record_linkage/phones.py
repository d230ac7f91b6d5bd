"""Telephone numbers as people type them, read with Google's rules (the package phonenumbers)."""

from __future__ import annotations

import re

import phonenumbers

# No number: one digit again and again, or the digits in order.
JUNK = re.compile(r"(\d)\1{6}|^0*1234567(8(90?)?)?$")


def number(text: str, country: str) -> str | None:
    """The number as E.164 writes it, None if it is none. A national number needs its country (ISO code), '' is none."""
    if JUNK.search(re.sub(r"\D", "", text)):
        return None
    try:
        parsed = phonenumbers.parse(re.sub(r"^\s*00", "+", text).replace("(0)", ""), country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    parsed.extension = None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
