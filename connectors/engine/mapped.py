"""What every stream that crm360.toml describes must keep to, whichever connector reads it.

- A mapped field that no record has is a misspelt name, not an empty value: the reading is refused.
- A key that no record has likewise. One that single records lack rejects these (see rows.py).
- A key that stands twice with different content tells two records that can't be told apart: the reading is refused.
  Where records say when they changed they are two versions of one, and the newer one counts.

No message holds a value: only the names of fields.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.errors import SourceError
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.names import plain_name, shown_name

MOST_NAMED = 12
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


def near(name: str, names: Iterable[str]) -> str:
    """'; did you mean 'x'?', or what there is, where nothing is like it."""
    there = sorted(set(names))
    folded = {plain_name(n).casefold(): n for n in there}
    alike = folded.get(plain_name(name).casefold())
    close = [alike] if alike else difflib.get_close_matches(name, there, 1, 0.6)
    if not close:  # the same name at another place
        tails = {n.rsplit(".", 1)[-1].casefold(): n for n in there}
        close = [tails[t] for t in difflib.get_close_matches(name.rsplit(".", 1)[-1].casefold(), tails, 1, 0.7)]
    if close:
        return f"; did you mean {shown_name(close[0])}?"
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    return f"; there are {', '.join(there[:MOST_NAMED])}{more}" if there else ""


def has_field(fields: dict[str, msgspec.Raw], name: str) -> bool:
    """Whether a record has a field of this name, or a value at this dotted path; null is a value.

    Of a path that chooses an object of a list (`items[key=page].value`) the list is looked for.
    """
    if name in fields:
        return True
    if "[" in name and "=" in name:
        return has_field(fields, name.partition("[")[0])
    first, _, rest = name.partition(".")
    while rest:
        if first in fields:
            inner = bytes(fields[first]).lstrip()
            if inner[:1] == b"{":
                return has_field(_FIELDS.decode(inner), rest)
            if inner[:1] == b"[":
                items, (at, _, below) = _ITEMS.decode(inner), rest.partition(".")
                if not items:
                    return True  # an empty list says nothing about what its elements hold
                if not at.isdigit():
                    return False
                return int(at) >= len(items) or not below or has_field(_FIELDS.decode(items[int(at)]), below)
            return inner == b"null"  # so does what is null as a whole
        step, _, rest = rest.partition(".")
        first = f"{first}.{step}"
    return False


def paths(fields: dict[str, msgspec.Raw], prefix: str = "", depth: int = 3) -> Iterator[str]:
    """The dotted paths of a record's values, as a mapping may name them."""
    for name, value in fields.items():
        inner = bytes(memoryview(value)[:1])
        if inner == b"{" and depth:
            yield from paths(_FIELDS.decode(value), f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}"


@dataclass
class MappedFields:
    """The fields that crm360.toml names, and that no record has shown yet."""

    lacking: set[str]
    found: set[str] = field(default_factory=set)
    records: int = 0

    @classmethod
    def of(cls, names: Iterable[str]) -> MappedFields:
        """Those that a mapping names."""
        return cls(set(names))

    def look(self, record: bytes) -> None:
        """Take out what this record has. One that is no JSON object says nothing."""
        if not self.lacking:
            return
        try:
            fields = _FIELDS.decode(record)
            self.records += 1
            self.lacking = {name for name in self.lacking if not has_field(fields, name)}
            if self.lacking and len(self.found) < 200:
                self.found.update(paths(fields))
        except salvage.REFUSALS:
            return

    def settle(self, what: str, error: type[SourceError], where: str, who: str) -> None:
        """Raise where records came and a field was in none of them. `what` is 'record of people.json'."""
        if self.lacking and self.records:
            name = min(self.lacking)
            told = (
                f"no {what} has the mapped field {name!r} (one that is left out where it is empty is optional = true)"
            )
            told += near(name, self.found)
            raise error(told, where=where, who=who)


@dataclass
class OneOfAKey:
    """Refuses a reading in which a key stands twice with different content."""

    key: tuple[str, ...]
    error: type[SourceError]
    where: str
    who: str
    _seen: dict[int, tuple[int, str]] = field(default_factory=dict)

    def forget(self) -> None:
        """What came before is no longer compared with."""
        self._seen.clear()

    def check(self, row: LandedRecord, place: str = "") -> LandedRecord:
        """The row; raises if its key came before with other content. `place` is where it stands, such as 'line 7'."""
        if row.record_id is None or row.rejected_because is not None:
            return row
        content = hash(row.record)
        before, at = self._seen.setdefault(hash(row.record_id), (content, place))
        if before != content:
            named = ", ".join(self.key)
            stands = f"in {at} and in {place}" if place and at != place else "twice"
            raise self.error(
                f"the key {named} stands {stands} with different content: two records can't have one key",
                where=self.where,
                who=self.who,
            )
        return row
