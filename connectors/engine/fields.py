"""Which fields a stream's records have, and what changes about them: a field that is new, is gone, or has another type.

Fields are dotted paths through objects, at most three deep; a list is one field. Only names and kinds of JSON are kept,
never a value. What was known stands in the newest batch beside its footer, so nothing else has to be remembered; the
changes stand in the footers. A first reading is what later ones are compared with, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from crm360.connectors.engine.errors import SchemaChanged
from crm360.connectors.engine.shapes import Kind, Shapes

DEEPEST = 3
MOST_FIELDS = 500  # of one object: with more, its names are keys of data, such as ids, and no fields
RECORDS_AT_ONCE = 5_000
KINDS: dict[Kind, str] = {
    str: "text", bool: "true or false", int: "number", float: "number", list: "list", dict: "object", type(None): "",
    None: "",
}  # fmt: skip
# A field is gone when so many records lack it that, by how often they had it before, chance would take a million tries.
SURE = 13.8
FREE = "keys of data"  # the kind of an object whose names are no fields


class Field(msgspec.Struct, omit_defaults=True):
    """What is known of a field: its kinds, and how many of the records since its first have it.

    `lacking`: so many records in a row have not had it.
    """

    kinds: list[str] = []
    seen: int = 0
    records: int = 0
    lacking: int = 0
    is_gone: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether it can't be chance that it is not there."""
        before = self.records - self.lacking
        return not self.is_gone and before > 0 and self.lacking * (self.seen + 1) / (before + 2) > SURE


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change: `new`, `gone` or `other type`, and the field's kinds before and now."""

    field: str
    change: str
    before: str = ""
    now: str = ""


@dataclass
class Fields:
    """The fields of one stream: those known from before, and what a sync shows of them."""

    known: dict[str, Field]
    is_first: bool  # nothing to compare with yet
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    _met: Shapes = field(default_factory=lambda: Shapes(DEEPEST))
    _records: int = 0

    @classmethod
    def of(cls, told: bytes | None, *, is_first: bool) -> Fields:
        """Those that the newest batch holds. One of version 0.1 holds none: the next reading is the first."""
        known = {} if told is None else msgspec.json.decode(told, type=dict[str, Field])
        return cls(known, is_first or not known)

    def look(self, record: str | None) -> None:
        """Take note of one landed record."""
        if record is None:
            return
        try:
            self._records += self._met.look(record)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return  # the warehouse may read it all the same
        if self._records >= RECORDS_AT_ONCE:
            self.settle()

    def settle(self) -> None:
        """Compare what was met since the last time with what is known."""
        if not self._records:
            return
        there: dict[str, tuple[set[str], int]] = {}
        for name, kinds, count in self._met.take():
            before, counted = there.get(name, (set(), 0))
            there[name] = (before.union(KINDS[kind] for kind in kinds), counted + count)
        self._compare(there, self._records)
        self._records = 0
        for name, its in self.known.items():
            if its.is_missed:
                its.is_gone = True
                self._note(Change(name, "gone", _listed(its.kinds)))
        for parent in _free_objects(self.known):
            for name in [n for n in self.known if n.startswith(f"{parent}.")]:
                del self.known[name]
            self.changes = {k: c for k, c in self.changes.items() if not c.field.startswith(f"{parent}.")}
            self.known[parent] = msgspec.structs.replace(self.known.get(parent, Field()), kinds=[FREE])

    def _compare(self, there: Mapping[str, tuple[set[str], int]], total: int) -> None:
        for name, (kinds, count) in there.items():
            if any(self.known[p].kinds == [FREE] for p in _parents(name) if p in self.known):
                continue
            its = self.known.get(name)
            if its is None or its.is_gone:
                self._note(Change(name, "new", "", _listed(sorted(kinds - {""}))))
                its = self.known[name] = Field(its.kinds if its else [])
            its.seen, its.lacking = its.seen + count, 0
            if its.kinds == [FREE]:
                continue
            other = sorted(kinds - {"", *its.kinds})
            if other and its.kinds:
                self._note(Change(name, "other type", _listed(its.kinds), _listed(other)))
            its.kinds = sorted({*its.kinds, *other})
        for name, its in self.known.items():
            its.records += total
            its.lacking += 0 if name in there else total

    def _note(self, change: Change) -> None:
        if not self.is_first:
            self.changes.setdefault((change.field, change.change), change)

    def refuse_new(self, where: str) -> None:
        """Raise SchemaChanged if a field is new."""
        new = sorted(c.field for c in self.changes.values() if c.change == "new")
        if new:
            more = f" and {len(new) - 3} more" if len(new) > 3 else ""
            listed = ", ".join(new[:3])
            told = f"new in its records: {listed}{more}; on_new_field is 'stop': set it to 'keep' for one run to take "
            raise SchemaChanged(f"{told}{'them' if len(new) > 1 else 'it'} in", where=where)

    def told(self) -> bytes:
        """What is known now, for the batch."""
        return msgspec.json.encode(self.known)


def _parents(name: str) -> Iterator[str]:
    at = name.rfind(".")
    while at > 0:
        yield name[:at]
        at = name.rfind(".", 0, at)


def _free_objects(known: Mapping[str, Field]) -> list[str]:
    counts: dict[str, int] = {}
    for name in known:
        parent = name.rpartition(".")[0]
        if parent:
            counts[parent] = counts.get(parent, 0) + 1
    return [parent for parent, count in counts.items() if count > MOST_FIELDS]


def _listed(kinds: Sequence[str]) -> str:
    return " or ".join(kinds)
