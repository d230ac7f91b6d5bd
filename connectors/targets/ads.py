"""What audiences at ad platforms have in common: people are known there by hashes, and nobody can be asked who is in.

A value is made as the platform says, and hashed here (SHA-256, hex): what leaves is the hash. Who leaves the audience
is taken out by the hash of the address, which the book keeps sealed with our own key (Opening.seal): an open one could
be tried against every address there is. Of two members who are one there, such as two spellings of one address, the
one who stays keeps both in.

Ads need an opt-in: an audience on another ground is refused whole, and `consent_covers_ads` says that what people
agreed to covers ads; whether it does only those know who wrote what they agreed to.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import phonenumbers

from crm360.connectors.engine.target import Member, Opening, Outcome, Standing

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
BATCH = 10_000
SEALED = 64  # letters of a sealed hash


def wrong(options: Mapping[str, str], _fields: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a push to an ad platform that nobody says is agreed to."""
    if "consent_covers_ads" in options:
        return None
    return "to", "ads need consent_covers_ads = true: it says that what the members agreed to covers ads there"


def hashed(text: str) -> str:
    """SHA-256 in hex; nothing of nothing: the hash of an empty text would match everybody without one."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def e164(text: str) -> str:
    """A telephone number with + and the country's code; empty where the code is not known, for then it is nobody's."""
    told = re.sub(r"^\s*00", "+", text)
    try:
        number = phonenumbers.parse(told)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class AdAudience(ABC):
    """One audience. `address` makes an address as the platform wants it before it is hashed."""

    def __init__(self, opening: Opening) -> None:
        self._told = opening
        self._digests: dict[str, str] = {}  # of those who are to be in, by key

    @abstractmethod
    def address(self, text: str) -> str:
        """An e-mail address as it is hashed."""

    @abstractmethod
    def _take_out(self, digests: Mapping[str, str]) -> list[Outcome]:
        """Take these out, by key: digests of addresses."""

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """Whose address is one. Who is in can't be asked: what was sent before counts."""
        found = {}
        for member in members:
            if not member.address:
                continue
            address = self.address(member.address)
            if ADDRESS.fullmatch(address):
                self._digests[member.key] = hashed(address)
                found[member.key] = Standing(self.sealed(member.key))
            else:
                found[member.key] = Standing(refusal="invalid address")
        return found

    def sealed(self, key: str) -> str:
        """What the book may keep of a member's hash."""
        return self._told.seal(key, self._digests[key])

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Nothing: nobody can be asked."""
        return None

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Take them out, by the hash of their address."""
        stay = set(self._digests.values())
        known = {m.key: self._told.seal(m.key, m.record_id[:SEALED]) for m in members if m.record_id}
        done = [Outcome(m.key, "unknown there") for m in members if m.key not in known]
        done += [Outcome(key) for key, digest in known.items() if digest in stay]
        leave = {key: digest for key, digest in known.items() if digest not in stay}
        return [*done, *(self._take_out(leave) if leave else [])]
