"""Which fields a stream's objects have, counted without opening every value: by shapes, objects of the same names.

Most streams tell every record with the same names. For each shape that was met there is a decoder that accepts these
names and the kinds seen under them and nothing else, so an object like the ones before it costs one call; one that
differs is opened, and its shape learnt or widened. An object within an object has shapes of its own.
"""

from __future__ import annotations

import functools
import operator
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

NOTHING = type(None)
MOST_SHAPES = 16  # of one object: with more, its names are data, and each is opened
PERSONAL = re.compile(r"@|[0-9]{6}")  # such a name is data, too
PLAIN = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]*')  # names that a decoder takes
EMPTY = re.compile(rb"\{\s*\}")  # an object with nothing in it, or with very little space
TYPES: dict[type, Any] = {
    str: str, bool: bool, int: int, float: float, list: list[msgspec.Raw], type(None): None,
}  # fmt: skip
FIRST: dict[int, type] = {
    ord('"'): str, ord("t"): bool, ord("f"): bool, ord("["): list, ord("{"): dict, ord("n"): type(None),
}  # fmt: skip
OPEN: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
Kind = type | None  # None for an object of which nothing is known
Found = Counter[tuple[str, Kind]]  # how many of an object's fields had this name and kind


class _Shape:
    """Objects of the same names: how many there were, and the kinds that each name has had."""

    def __init__(self, prefix: str, names: Iterable[str]) -> None:
        self.prefix, self.count = prefix, 0
        self.kinds: dict[str, set[type]] = {name: set() for name in names}
        # Of fields that have been objects: attribute, name, and the path of what is in them, if its names are fields.
        self.objects: list[tuple[str, str, str | None]] = []
        self.found: Found = Counter()  # what those were: of all others `count` tells

    def widen(self, value: Mapping[str, Any]) -> None:
        """Accept objects like this one, too."""
        for name, inner in value.items():
            self.kinds[name].add(type(inner))
        attributes = {name: f"f{place}" for place, name in enumerate(self.kinds)}
        opened = {name for name, kinds in self.kinds.items() if dict in kinds}
        for name in opened - {name for _, name, _ in self.objects} if self.count else ():
            for place, kind in enumerate(self.kinds[name] - {dict}):  # until now `count` told of it
                self.found[name, kind] += 0 if place else self.count
        self.objects = [
            (attributes[name], name, None if is_data(name) else f"{self.prefix}{name}.") for name in sorted(opened)
        ]
        fields = [
            (attributes[name], msgspec.Raw if name in opened else _any_of(kinds)) for name, kinds in self.kinds.items()
        ]
        renamed = {attribute: name for name, attribute in attributes.items()}
        struct = msgspec.defstruct("Shape", fields, rename=renamed, forbid_unknown_fields=True, gc=False)
        self.decode = msgspec.json.Decoder(struct).decode

    def take(self) -> Iterator[tuple[str, Collection[Kind], int]]:
        """Each field's name, kinds and how many there were."""
        opened = {name for _, name, _ in self.objects}
        for name, kinds in self.kinds.items():
            if name not in opened:
                yield name, kinds, self.count
        for (name, kind), count in self.found.items():
            yield name, [kind], count
        self.count, self.found = 0, Counter()


class Shapes:
    """What a stream's objects were made of since the last `take`: fields by name and kind, `deepest` objects deep."""

    def __init__(self, deepest: int) -> None:
        self._deepest = deepest
        self._by_prefix: defaultdict[str, list[_Shape]] = defaultdict(list)
        self._loose: defaultdict[str, Found] = defaultdict(Counter)  # of objects that are opened
        self._free: set[str] = set()  # objects of too many shapes

    def look(self, record: str | bytes) -> bool:
        """Count one record's fields; false if it is no object. Raises MsgspecError, UnicodeError or RecursionError."""
        return self._look(record, "", 1)

    def take(self) -> Iterator[tuple[str, Collection[Kind], int]]:
        """Each field's path, kinds and how many there were, in any number of parts; and begin anew."""
        for prefix, shapes in self._by_prefix.items():
            for shape in shapes:
                if shape.count:
                    yield from (
                        (prefix + name, kinds, count) for name, kinds, count in shape.take() if not is_data(name)
                    )
        for prefix, found in self._loose.items():
            yield from ((prefix + name, [kind], count) for (name, kind), count in found.items() if not is_data(name))
        self._loose.clear()

    def _look(self, told: Any, prefix: str, depth: int) -> bool:
        shapes = self._by_prefix[prefix]
        for place, shape in enumerate(shapes if prefix not in self._free else ()):
            try:
                value = shape.decode(told)
            except msgspec.ValidationError:
                continue
            if place:  # what came last is tried first
                shapes.insert(0, shapes.pop(place))
            self._count(shape, value, depth)
            return True
        return self._open(told, prefix, depth)

    def _open(self, told: Any, prefix: str, depth: int) -> bool:
        """Learn the object's shape and count it; or count it alone, where its names can be no shape."""
        opened = OPEN.decode(told)
        if not isinstance(opened, dict):
            return False
        shapes = self._by_prefix[prefix]
        shape = next((shape for shape in shapes if shape.kinds.keys() == opened.keys()), None)
        if shape is None and prefix not in self._free and all(map(PLAIN.fullmatch, opened)):
            if len(shapes) < MOST_SHAPES:
                shape = _Shape(prefix, opened)
                shapes.insert(0, shape)
            else:
                self._free.add(prefix)
        if shape is not None:
            shape.widen(opened)
            with suppress(msgspec.ValidationError):  # a name stands twice in it, with two kinds
                self._count(shape, shape.decode(told), depth)
                return True
        self._meet(opened, prefix, depth)
        return True

    def _count(self, shape: _Shape, value: Any, depth: int) -> None:
        shape.count += 1
        for attribute, name, inner in shape.objects:
            raw = getattr(value, attribute)
            told = memoryview(raw)
            kind: Kind = FIRST.get(told[0], int)  # a number begins in many ways
            if kind is dict:
                if len(told) < 9 and EMPTY.fullmatch(told):
                    kind = None
                elif inner is not None and depth < self._deepest:
                    self._look(raw, inner, depth + 1)
            shape.found[name, kind] += 1

    def _meet(self, value: Mapping[str, Any], prefix: str, depth: int) -> None:
        found = self._loose[prefix]
        for name, inner in value.items():
            is_object = isinstance(inner, dict)
            found[name, None if is_object and not inner else type(inner)] += 1
            if is_object and inner and depth < self._deepest and not is_data(name):
                self._meet(inner, f"{prefix}{name}.", depth + 1)


def _any_of(kinds: Iterable[type]) -> Any:
    """The type of which each of these kinds is, and null."""
    return functools.reduce(operator.or_, (TYPES[kind] for kind in kinds if kind is not NOTHING), NOTHING)


@functools.lru_cache(maxsize=50_000)
def is_data(name: str) -> bool:
    """Whether a name is data, such as an address or an id, and no field."""
    return PERSONAL.search(name) is not None
