"""What becomes of a record once somebody in it was forgotten: a person's own record is dropped, any other is kept
without the person, for its amounts and times still count.

A record is a person's where it names one by id or by e-mail address outside a list of several. There, names, addresses
and what the person wrote go by the names of their fields, too; elsewhere only what stands on the list of the forgotten.
What a record is known by is replaced by a keyed hash, so that it comes out the same when the source shows it again.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import msgspec

from crm360.connectors.engine import exact_json, forgotten
from crm360.connectors.engine.batch import LandedRecord
from crm360.connectors.engine.exact_json import Number, Pairs
from crm360.connectors.engine.forgotten import EMAIL, PHONE, Forgotten

# Fields that name one of our own people: what stands there is no customer's.
STAFF = re.compile(
    r"owner|agent|assign|sales|staff|operator|created_?by|modified_?by|updated_?by|responder|\bteam|manager"
)
# Fields in which a person's record names somebody else: it is not theirs, and their address not the person's.
SOMEBODY_ELSE = re.compile(
    r"referr?(ed|er|al|ing)|(invited|introduced|recommended|brought_in|recruited)_by|inviter|sponsor|emergency"
    r"|next_of_kin|guardian"
)
REFERENCE = re.compile(
    r"contact|customer|person|partner|requester|submitter|buyer|member|lead|recipient|subscriber|client|guest|whoid"
    r"|res_id|author|sender|\bfrom|profile|party|participant|patient|donor|cliente|kunde|collaborator|follower"
)
COUNTED = re.compile(r"count|rank|num(ber)?_of|rating|total|score|amount|price|size|\bage|value|since|time|date")
WIDE_REFERENCE = re.compile(r"user|\bto\b|\bcc\b|ids?\b|who")  # for ids that are long enough to be nothing else
PERSON_NAME = re.compile(
    r"(first|last|full|sur|given|family|middle|maiden|nick|display|contact|customer|buyer|recipient|billing|shipping|card)"
    r"_?names?$|^[fl]name$|^name_on_card$|^cardholder"
)
PLACE = re.compile(r"street|address|addr\b|^line_?[123]$|^zip|postal|post_?code|latitude|longitude|birth|^dob$")
ABOUT = re.compile(r"^ip$|_ip$|ip_address|user_?agent|(customer|order|private|buyer)_?notes?$|^notes?$")
REACHED = re.compile(r"mail|phone|mobile|fax|\btel|whatsapp|skype|handle|twitter|linkedin|facebook|instagram")
WRITTEN = re.compile(
    r"description|body|comment|message|content|html|text|details|reply|feedback|verbatim|transcript|snippet"
)
KEPT_PLACE = re.compile(r"country")
ODD = re.compile(r"[\\&%\u0300-\u036f]")  # what a text may be written with in another way than it is read
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LONG_ID, WORDS_OF_A_TEXT, DEEP = 6, 3, 4


@dataclass(frozen=True)
class Persons:
    """Where a stream's records speak of persons.

    `is_contacts`: each is a person's record and nothing else. `key`: the paths that it is known by. `ids`: fields that
    hold a person's id, of described streams, as dotted paths; `personal`: their fields that hold a person's values.
    `is_written`: the texts of a record are what persons wrote.
    """

    is_contacts: bool = False
    key: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    is_written: bool = False


@dataclass
class Anonymiser:
    """Takes the forgotten out of one stream's rows. `dropped` are the ids of records that were theirs alone."""

    forgotten: Forgotten
    source: str
    persons: Persons
    dropped: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)  # of those, the ones that were known by their address only
    changed: int = 0

    def row(self, row: LandedRecord) -> LandedRecord | None:
        """The row as it may be landed; None where it was a forgotten person's own."""
        if not self.forgotten:
            return row
        whose, record_id = self.persons, row.record_id
        if whose.is_contacts and record_id is not None and self.forgotten.contact(self.source, record_id):
            self.dropped.add(record_id)
            return None
        record, is_changed = row.record, False
        if record is not None:
            walk = _Walk(self, self._read(record))
            if whose.is_contacts and walk.is_theirs:
                if record_id is not None:
                    self.dropped.add(record_id)
                    self.met.add(record_id)
                return None
            if walk.is_linked or not self._is_free(record):
                told = walk.cleaned()
                if walk.is_changed:
                    record, is_changed = exact_json.dumps(told), True
        merged = row.merged_into
        if merged is not None and whose.is_contacts and self.forgotten.contact(self.source, merged):
            merged, is_changed = None, True
        other = self._other_id(record_id)
        if not is_changed and other == record_id:
            return row
        self.changed += 1
        return msgspec.structs.replace(row, record=record, merged_into=merged, record_id=other)

    def theirs(self, record: str) -> Any:
        """What a record that is a forgotten person's holds; None of one that is not."""
        walk = _Walk(self, self._read(record))
        return walk.told if walk.is_theirs else None

    def _read(self, record: str) -> Any:
        try:
            return exact_json.loads(record)
        except (ValueError, RecursionError):
            return record  # it was rejected for that: a text like any other

    def _is_free(self, record: str) -> bool:
        """Whether nothing of theirs can stand in a record, as its text shows without being taken apart."""
        return not ODD.search(record) and not self.forgotten.spans(record, is_own=False)

    def _other_id(self, record_id: str | None) -> str | None:
        """A row's id without what is personal in it."""
        if record_id is None:
            return None
        return "/".join(self.stand_in(part) if self.is_name(part) else part for part in record_id.split("/"))

    def is_name(self, part: str) -> bool:
        """Whether a part of a key is an address, what is derived from one, or (in a key of several) a person's id."""
        return bool(self.forgotten.spans(part, is_own=False))

    def stand_in(self, text: str) -> str:
        """What stands in a key in a person's place."""
        return self.forgotten.hash("linked", f"key\0{text}")


class _Walk:
    """One record."""

    def __init__(self, of: Anonymiser, told: Any) -> None:
        self.of, self.told = of, told
        self.has, self.persons = of.forgotten, of.persons
        self.is_theirs = False  # the record as a whole is a forgotten person's
        self.is_linked = False  # they stand in it
        self.is_changed = False
        self.names: set[str] = set()  # ids and addresses of theirs that stand in it, long enough to be nothing else
        self._find(told, (), is_listed=False)

    # Whose it is ------------------------------------------------------------------------------------------------------

    def _find(self, value: Any, path: tuple[str, ...], *, is_listed: bool) -> None:
        if isinstance(value, Pairs):
            for key, below in value:
                self._find(below, (*path, key), is_listed=is_listed)
        elif isinstance(value, list):
            if self._is_reference_with_name(value, path):
                self.is_linked = True
                self.is_theirs = self.is_theirs or not is_listed
            for below in value:
                self._find(below, path, is_listed=is_listed or len(value) > 1)
        elif isinstance(value, str) and self._names(value, path) and not SOMEBODY_ELSE.search(_context(path)):
            self.is_linked = True
            self.is_theirs = self.is_theirs or not is_listed
            if len(value) >= LONG_ID:
                self.names.add(value)

    def _names(self, text: str, path: tuple[str, ...]) -> bool:
        """Whether a value as a whole is a forgotten person's id or address. What stands in no field is a text."""
        if not path:
            return False
        if not isinstance(text, Number):
            if "@" in text and (found := EMAIL.search(text)) and self.has.has("email", forgotten.email(found[0])):
                # 'Ann <ann@…>' is an address with a name; in a longer text it is only spoken of
                return len(text) <= len(found[0]) + 60 and not WRITTEN.search(_context(path))
            if len(text) in (32, 40, 64, 128) and self.has.has("token", text.lower()):
                return True
        return self._refers(text, path)

    def _refers(self, text: str, path: tuple[str, ...]) -> bool:
        if not path or not text or len(text) > 100 or " " in text:
            return False
        is_told = ".".join(path) in self.persons.ids
        if not is_told and not _may_refer(path, len(text) >= LONG_ID):
            return False
        if self.has.has("contact", f"{self.of.source}\0{text}"):
            return True
        return "/" in text and self.has.has("contact", f"{self.of.source}\0{text.rsplit('/', 1)[-1]}")

    def _is_reference_with_name(self, value: list[Any], path: tuple[str, ...]) -> bool:
        """Odoo's way: [14, "Ann Example"]."""
        return (
            len(value) == 2 and isinstance(value[0], Number) and isinstance(value[1], str)
            and not isinstance(value[1], Number) and self._refers(value[0], path)
        )  # fmt: skip

    # What stays of it -------------------------------------------------------------------------------------------------

    def cleaned(self) -> Any:
        """The record without them."""
        return self._clean(self.told, (), in_lines=False)

    def _clean(self, value: Any, path: tuple[str, ...], *, in_lines: bool) -> Any:
        if isinstance(value, Pairs):
            return self._clean_object(value, path, in_lines=in_lines)
        if isinstance(value, list):
            return self._clean_list(value, path, in_lines=in_lines)
        if isinstance(value, str):
            return self._clean_text(value, path, in_lines=in_lines)
        return value

    def _clean_object(self, value: Pairs, path: tuple[str, ...], *, in_lines: bool) -> Any:
        if path and self.is_linked and REFERENCE.search(_context(path[-1:])) and self._is_person(value, path):
            self.is_changed = True
            return None
        told = Pairs()
        for key, below in value:
            spans = self.has.spans(key, is_own=False) if "@" in key else []
            self.is_changed = self.is_changed or bool(spans)
            name = forgotten.without(key, spans) or "forgotten" if spans else key
            if self.is_theirs and not in_lines and self._goes(name, below, path):
                self.is_changed = self.is_changed or below not in (None, "", Pairs(), [])
                told.append((name, self._emptied(below)))
            else:
                told.append((name, self._clean(below, (*path, name), in_lines=in_lines)))
        return told

    def _is_person(self, value: Pairs, path: tuple[str, ...]) -> bool:
        """An object that is nothing but the reference to a person."""
        return any(isinstance(below, str) and self._names(below, (*path, key)) for key, below in value)

    def _clean_list(self, value: list[Any], path: tuple[str, ...], *, in_lines: bool) -> Any:
        if self._is_reference_with_name(value, path):
            self.is_changed = True
            return False  # which is how the same system says that there is none
        told = []
        for below in value:
            if self.is_linked and isinstance(below, Pairs) and self._is_person(below, path) and _is_reference(path):
                self.is_changed = True
                continue
            if isinstance(below, str) and self._names(below, path) and not self._is_key(path):
                self.is_changed = True
                continue
            told.append(self._clean(below, path, in_lines=in_lines or isinstance(below, Pairs)))
        return told

    def _clean_text(self, text: str, path: tuple[str, ...], *, in_lines: bool) -> Any:
        if self._names(text, path) or (isinstance(text, Number) and self._is_number_of_theirs(text, path)):
            self.is_changed = True
            return self.of.stand_in(text) if self._is_key(path) else None
        if isinstance(text, Number):
            return text
        is_own = self.is_linked and not in_lines  # a product may be called what a person is
        for read in (text, *_readings(text)):
            if spans := self.has.spans(read, is_own=is_own):
                self.is_changed = True
                return self.of.stand_in(text) if self._is_key(path) else forgotten.without(read, spans) or None
        return text if self._is_key(path) else self._without_names(text)

    def _without_names(self, text: str) -> str | None:
        """A text without the ids by which the record is theirs: websites pass them on in addresses of pages."""
        spans = [found.span() for name in self.names for found in re.finditer(re.escape(name), text)]
        if not spans:
            return text
        self.is_changed = True
        return forgotten.without(text, forgotten.apart(spans)) or None

    def _is_number_of_theirs(self, text: str, path: tuple[str, ...]) -> bool:
        number = forgotten.phone(text)
        return bool(number and REACHED.search(plain(path[-1] if path else "")) and self.has.has("phone", number))

    def _is_key(self, path: tuple[str, ...]) -> bool:
        return ".".join(path) in self.persons.key

    def _goes(self, key: str, value: Any, path: tuple[str, ...]) -> bool:
        """Whether a field of a record that is theirs goes for what it is called."""
        if value in (None, "", False) or isinstance(value, bool) or self._is_key((*path, key)):
            return False
        if ".".join((*path, key)) in self.persons.personal:
            return True
        name, where = plain(key), _context((*path, key))
        if STAFF.search(where) or KEPT_PLACE.search(name):
            return False
        is_text = isinstance(value, str) and not isinstance(value, Number)
        if PLACE.search(name):
            return is_text or isinstance(value, Pairs | list) or "itude" in name
        if is_text and REACHED.search(name):
            return bool(EMAIL.search(value) or PHONE.search(value))
        if is_text and (PERSON_NAME.search(name) or ABOUT.search(name)):
            return True
        is_written = is_text and self.persons.is_written and bool(WRITTEN.search(name))
        return is_written and len(value.split()) >= WORDS_OF_A_TEXT

    def _emptied(self, value: Any) -> Any:
        """An object keeps its country; everything else becomes null."""
        if isinstance(value, Pairs):
            return Pairs((k, v if KEPT_PLACE.search(plain(k)) else self._emptied(v)) for k, v in value)
        return [] if isinstance(value, list) else None


def _readings(text: str) -> Iterator[str]:
    """What a text may be once it is read as HTML, as part of a URL, or with its letters composed."""
    if "&" in text and ";" in text:
        yield html.unescape(text)
    if "%" in text:
        yield unquote(text)
    if not unicodedata.is_normalized("NFC", text):
        yield unicodedata.normalize("NFC", text)


@lru_cache(maxsize=50_000)
def plain(key: str) -> str:
    """A field's name in lower case, its words apart by underscores."""
    return CAMEL.sub("_", key).lower().replace(" ", "_").replace("-", "_")


@lru_cache(maxsize=50_000)
def _context(path: tuple[str, ...]) -> str:
    return " ".join(plain(key) for key in path[-DEEP:])


@lru_cache(maxsize=50_000)
def _may_refer(path: tuple[str, ...], is_long: bool) -> bool:
    """Whether what stands there may be a person's id."""
    where = _context(path)
    if STAFF.search(where) or COUNTED.search(plain(path[-1])):
        return False
    return bool(REFERENCE.search(where)) or bool(is_long and WIDE_REFERENCE.search(where) and path != ("id",))


@lru_cache(maxsize=50_000)
def _is_reference(path: tuple[str, ...]) -> bool:
    where = _context(path)
    return bool(REFERENCE.search(where)) and not STAFF.search(where)
