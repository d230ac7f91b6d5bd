"""Salesforce's case-safe ids."""

from __future__ import annotations

from crm360.connectors.sandbox.vendors.fake import Naming, digits, numbered

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
PREFIXES = {
    "accounts": "001", "contacts": "003", "users": "005", "opportunities": "006", "opportunity_history": "008",
    "campaign_members": "00v", "leads": "00Q", "tasks": "00T", "queues": "00G", "cases": "500", "campaigns": "701",
    "events": "00U", "products": "01t", "orders": "801", "order_items": "802",
    "price_books": "01s", "price_book_entries": "01u", "opportunity_line_items": "00k", "quotes": "0Q0",
}  # fmt: skip


def salesforce_id(stream: str, number: int) -> str:
    """Fifteen letters that stand in order of number, and three that tell their capitals.

    Rule: help.salesforce.com, "What is the difference between 15 and 18 character IDs".
    """
    text = f"{PREFIXES[stream]}5g0{digits(number, _BASE62, 9)}"
    parts = (text[at : at + 5] for at in (0, 5, 10))
    return text + "".join(_SUFFIX[sum(letter.isupper() << at for at, letter in enumerate(part))] for part in parts)


def _number(text: str) -> int:
    if len(text) not in (15, 18):
        raise ValueError(f"{text} is no Salesforce id")
    return numbered(text[6:15], _BASE62)


NAMING = Naming(salesforce_id, _number)
