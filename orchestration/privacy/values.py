"""What names a person in a record: addresses, numbers, names, streets, handles, read out of its fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crm360.connectors.engine import exact_json, forgotten
from crm360.connectors.engine.anonymise import PLACE, REACHED, SOMEBODY_ELSE, STAFF, plain
from crm360.connectors.engine.exact_json import Number, Pairs
from crm360.connectors.engine.forgotten import EMAIL, MOST_WORDS, PHONE, words

FIRST = re.compile(r"^(first|given|fore)_?name$|^fname$|^firstname$|^nombre$|^vorname$|^prenom$")
LAST = re.compile(r"^(last|sur|family)_?name$|^lname$|^lastname$|^apellidos?$|^nachname$|^nom$")
WHOLE = re.compile(r"^(full_?|display_?|contact_?|customer_?|person_?|billing_?|shipping_?)name$|^cliente$|^kunde$")
STREET = re.compile(r"street|^address(_?1|_?line_?1)?$|^addr|^line_?1$|address_?line")
NUMBERED = re.compile(
    r"passport|\bssn|social_security|tax_?(id|number)|national|licen[cs]e|iban|person_?number|^nif$|^dni$"
)
HANDLE = re.compile(r"twitter|linkedin|facebook|instagram|skype|handle|telegram")
LEAST = 4  # characters of a value that is looked for


@dataclass
class Values:
    """By kind, what was found: as it is compared → as it was written, in every way that it was.

    `is_person`: the records are of persons, so what is called their name is a person's.
    """

    is_person: bool = False
    emails: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    phones: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    handles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # single names

    def add(self, told: Any, path: tuple[str, ...] = ()) -> None:
        """What a record, or a part of it, holds."""
        if isinstance(told, Pairs):
            self._names(told, path)
            for key, below in told:
                if not STAFF.search(plain(key)) and not SOMEBODY_ELSE.search(plain(key)):
                    self.add(below, (*path, key))
        elif isinstance(told, list):
            for below in told:
                self.add(below, path)
        elif isinstance(told, str):
            self._text(told, plain(path[-1]) if path else "")

    def _names(self, told: Pairs, path: tuple[str, ...]) -> None:
        first = [v for k, v in told if FIRST.search(plain(k)) and _is_text(v)]
        last = [v for k, v in told if LAST.search(plain(k)) and _is_text(v)]
        whole = [v for k, v in told if WHOLE.search(plain(k)) and _is_text(v)]
        is_reached = any(_is_text(v) and REACHED.search(plain(k)) and "mail" in plain(k) for k, v in told)
        if (self.is_person and not path) or is_reached:  # in other places it is a product, a company, a tag
            whole += [v for k, v in told if k.lower() == "name" and _is_text(v)]
        both = [f"{a} {b}" for a in first for b in last] + [f"{b} {a}" for a in first for b in last]
        for name in [*both, *(f"{b}, {a}" for a in first for b in last), *whole]:
            one = words(name)[:MOST_WORDS]
            if len(one) > 1:
                self.names[" ".join(one)].add(name)
        for name in [*first, *last, *whole]:
            for word in words(name):
                if len(word) >= LEAST:
                    self.parts[word].add(word)

    def _text(self, text: str, key: str) -> None:
        if isinstance(text, Number):
            if REACHED.search(key) and (number := forgotten.phone(text)):
                self.phones[number].add(text)
            return
        if "@" in text and len(text) < 200:
            for found in EMAIL.finditer(text):
                self.emails[forgotten.email(found[0])].add(found[0])
        if REACHED.search(key) and "@" not in text:
            for found in PHONE.finditer(text):
                if number := forgotten.phone(found[0]):
                    self.phones[number].add(found[0].strip())
        told = words(text)[:MOST_WORDS]
        if not told or len(text) < LEAST:
            return
        if PLACE.search(key) and STREET.search(key) and "@" not in text and len(told) > 1:
            self.places[" ".join(told)].add(text.strip())
        elif (HANDLE.search(key) or NUMBERED.search(key)) and len(text) >= LEAST + 2:
            self.handles[" ".join(told)].add(text.strip())


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number) and bool(value.strip())


def of_record(record: str | None, *, is_person: bool = True) -> Values:
    """The values of one landed record; of one that is no JSON, the addresses in its text."""
    found = Values(is_person)
    try:
        found.add(exact_json.loads(record) if record is not None else None)
    except (ValueError, RecursionError):
        found.add(Pairs([("", record)]))
    return found


def addresses(record: str | None) -> Iterator[str]:
    """The e-mail addresses in a record, as they are compared."""
    if record is not None and ("@" in record or "\\u0040" in record):
        yield from of_record(record).emails
