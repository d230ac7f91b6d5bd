"""Who was forgotten: keyed hashes of what names a person, and no personal value.

A hash is made of a kind and of a value as everybody would write it: an e-mail address in lower case, a telephone
number's last digits, the words of a name. Without the key nobody can try addresses against the list.

    contact    <source>, <record id>: the person's records
    customer   the customer id that they were
    email      an address that was nobody else's; so a record that comes with it is the person's
    phone      a number that was nobody else's
    token      what is derived from an address, such as its MD5
    words      a name, a street, a handle that nobody else had
    linked     the same where others have it too: it is looked for in the person's own records alone
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Kind = Literal["contact", "customer", "email", "phone", "token", "words", "linked"]
KINDS: tuple[Kind, ...] = ("contact", "customer", "email", "phone", "token", "words", "linked")
EMAIL = re.compile(r"[^\s\"'<>()\[\]{},;:@\\|=/?&]+@[^\s\"'<>()\[\]{},;:@\\|=/?&]+\.[^\W\d_]{2,}")
PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().\-/\u00a0]{5,18}\d(?![\w])")
WORD = re.compile(r"[^\W_]+")
TOKEN = re.compile(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{32,128}(?![0-9a-zA-Z])")
MOST_WORDS = 6  # of a value; of a longer one the first so many count
LEAST_DIGITS, DIGITS = 7, 9
REMEMBERED = 500_000  # answers


def email(text: str) -> str:
    """An e-mail address as it is compared."""
    return unicodedata.normalize("NFKC", text).strip().strip(".").lower()


def phone(text: str) -> str | None:
    """A telephone number as it is compared: its last digits; None where it has too few."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit()).lstrip("0")
    return digits[-DIGITS:] if len(digits) >= LEAST_DIGITS else None


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=200_000)
def _word(text: str) -> str:
    return " ".join(words(text))


def derived(address: str) -> Iterator[str]:
    """What systems make of an e-mail address in place of an id."""
    told = email(address).encode()
    for kind in ("md5", "sha1", "sha256", "sha512"):
        yield hashlib.new(kind, told, usedforsecurity=False).hexdigest()


@dataclass
class Forgotten:
    """What is looked for, up to request `number`. Nobody is, where nothing is held."""

    key: bytes = b""
    number: int = 0
    marks: Mapping[str, set[str]] = field(default_factory=dict)
    lengths: Mapping[str, Collection[int]] = field(default_factory=dict)  # of `words` and of `linked`, in words
    _answers: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.marks.values())

    def hash(self, kind: Kind, text: str) -> str:
        """The keyed hash of a value as it is compared."""
        told = f"{kind}\0{text}".encode(errors="surrogatepass")
        return hashlib.blake2b(told, key=self.key, digest_size=16, person=b"crm360 forgotten").hexdigest()

    def has(self, kind: Kind, text: str) -> bool:
        """Whether this is the value of somebody who was forgotten."""
        marks = self.marks.get(kind)
        if not marks:
            return False
        known = self._answers.get((kind, text))
        if known is None:
            if len(self._answers) > REMEMBERED:
                self._answers.clear()
            known = self._answers[kind, text] = self.hash(kind, text) in marks
        return known

    def contact(self, source: str, record_id: str) -> bool:
        """Whether this record of a source is of somebody who was forgotten."""
        return self.has("contact", f"{source}\0{record_id}") or any(
            self.has("token", token.lower()) for token in TOKEN.findall(record_id)
        )

    def spans(self, text: str, *, is_own: bool) -> list[tuple[int, int]]:
        """Where in a text something of theirs stands, in order and apart. `is_own`: the text is of such a person."""
        found = []
        if "@" in text:
            found = [m.span() for m in EMAIL.finditer(text) if self.has("email", email(m[0]))]
        found += [m.span() for m in TOKEN.finditer(text) if self.has("token", m[0].lower())]
        if len(text) >= LEAST_DIGITS:
            for m in PHONE.finditer(text):
                number = phone(m[0])
                if number and (self.has("phone", number) or (is_own and self.has("linked", number))):
                    found.append(m.span())
        found += self._words(text, "words")
        if is_own:
            found += self._words(text, "linked")
        return list(apart(found)) if found else found

    def _words(self, text: str, kind: Kind) -> Iterator[tuple[int, int]]:
        lengths = self.lengths.get(kind)
        if not lengths or not self.marks.get(kind):
            return
        there = list(WORD.finditer(text))
        told = [_word(m[0]) for m in there]
        for length in lengths:
            for at in range(len(there) - length + 1):
                if self.has(kind, " ".join(told[at : at + length])):
                    yield there[at].start(), there[at + length - 1].end()


def apart(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that overlap or touch, made one."""
    begin, end = -1, -1
    for start, stop in sorted(spans):
        if start > end:
            if end >= 0:
                yield begin, end
            begin, end = start, stop
        else:
            end = max(end, stop)
    if end >= 0:
        yield begin, end


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without what stands there; empty where nothing else does."""
    parts, at = [], 0
    for start, stop in spans:
        parts.append(text[at:start])
        at = stop
    parts.append(text[at:])
    left = "[forgotten]".join(parts)
    return left if WORD.search(left.replace("[forgotten]", "")) else ""
