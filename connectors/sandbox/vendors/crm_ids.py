"""How the CRM systems name a record: Salesforce's case-safe ids, GUIDs, long numbers, Siebel's row ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
PREFIXES = {
    "accounts": "001", "contacts": "003", "users": "005", "opportunities": "006", "opportunity_history": "008",
    "campaign_members": "00v", "leads": "00Q", "tasks": "00T", "queues": "00G", "cases": "500", "campaigns": "701",
}  # fmt: skip


class Naming(NamedTuple):
    """A record's number as the vendor's id, and back; the way back raises ValueError for what is no id."""

    write: Callable[[str, int], str]
    read: Callable[[str], int]


def _digits(number: int, alphabet: str, width: int = 1) -> str:
    text = ""
    while number or len(text) < width:
        number, rest = divmod(number, len(alphabet))
        text = alphabet[rest] + text
    return text


def salesforce_id(stream: str, number: int) -> str:
    """Fifteen letters that stand in order of number, and three that tell their capitals.

    Rule: help.salesforce.com, "What is the difference between 15 and 18 character IDs".
    """
    text = f"{PREFIXES[stream]}5g0{_digits(number, _BASE62, 9)}"
    parts = (text[at : at + 5] for at in (0, 5, 10))
    return text + "".join(_SUFFIX[sum(letter.isupper() << at for at, letter in enumerate(part))] for part in parts)


def _salesforce_number(text: str) -> int:
    if len(text) not in (15, 18):
        raise ValueError(f"{text} is no Salesforce id")
    number = 0
    for letter in text[6:15]:
        number = number * 62 + _BASE62.index(letter)
    return number


def guid(stream: str, number: int) -> str:
    """A GUID as Dynamics writes it, in order of number."""
    kind = ["accounts", "contacts", "leads", "opportunities", "incidents", "systemusers", "queues"].index(stream)
    return f"{kind + 1:08x}-5eed-f011-8d00-{number:012x}"


ZOHO_KINDS = ["accounts", "contacts", "leads", "deals", "users"]
ZOHO_FIRST, ZOHO_SPAN = 5_725_767_000_000_000_000, 10_000_000_000


def zoho_id(stream: str, number: int) -> str:
    """Nineteen digits, as text."""
    return str(ZOHO_FIRST + ZOHO_KINDS.index(stream) * ZOHO_SPAN + number)


def siebel_id(stream: str, number: int) -> str:
    """A row id: the row prefix and six figures of base 36, in order of number."""
    kind = ["accounts", "contacts", "opportunities", "service_requests"].index(stream)
    return f"{kind + 1}-{_digits(number, _BASE62[:36], 6)}"


KLAVIYO_KINDS = ["profiles", "events", "campaigns", "messages"]
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def klaviyo_id(stream: str, number: int) -> str:
    """A ULID, in order of number; of events, eleven letters and figures."""
    kind = KLAVIYO_KINDS.index(stream)
    return _digits(number, _BASE62, 11) if stream == "events" else f"01J{kind}{_digits(number, _CROCKFORD, 22)}"


def _klaviyo_number(text: str) -> int:
    alphabet, digits = (_CROCKFORD, text[4:]) if len(text) == 26 else (_BASE62, text)
    number = 0
    for letter in digits:
        number = number * len(alphabet) + alphabet.index(letter)
    return number


NAMINGS = {
    "klaviyo": Naming(klaviyo_id, _klaviyo_number),
    "siebel": Naming(siebel_id, lambda text: int(text.split("-", 1)[1] if text.count("-") == 1 else "", 36)),
    "zoho": Naming(zoho_id, lambda text: (int(text) - ZOHO_FIRST) % ZOHO_SPAN),
    "dynamics": Naming(guid, lambda text: int(text.rsplit("-", 1)[1], 16) if text.count("-") == 4 else int("")),
    "salesforce": Naming(salesforce_id, _salesforce_number),
}


def named(system: str, stream: str, numbers: Sequence[int]) -> list[str]:
    """The ids of numbers."""
    return [NAMINGS[system].write(stream, number) for number in numbers]


def number_of(system: str, record_id: str) -> int | None:
    """The number behind an id, or None."""
    try:
        return NAMINGS[system].read(record_id)
    except ValueError:
        return None
