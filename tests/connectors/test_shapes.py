"""Fields counted by shapes are those that opening every object would count."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crm360.connectors.engine.fields import KINDS
from crm360.connectors.engine.shapes import Shapes, is_data

DEEPEST = 3
NAMES = st.sampled_from(["a", "b", "c", "d e", "é", "a@x", "n1234567", "", 'q"', "b\\", "t\t"])
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3)
)
OBJECTS = st.recursive(
    st.dictionaries(NAMES, VALUES, max_size=3),
    lambda inner: st.dictionaries(NAMES, VALUES | inner | st.lists(VALUES | inner, max_size=2), max_size=4),
    max_leaves=12,
)
Counts = Mapping[str, tuple[set[str], int]]  # by path: its kinds, but those of which nothing is known, and how many


def opened(records: Sequence[Mapping[str, Any]]) -> Counts:
    """What one who opens every object finds: kinds and number by path."""
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()

    def meet(value: Mapping[str, Any], prefix: str, depth: int) -> None:
        for name, inner in value.items():
            if not is_data(name):
                kinds[prefix + name].add(KINDS[None if inner == {} else type(inner)])
                counts[prefix + name] += 1
                if isinstance(inner, dict) and depth < DEEPEST:
                    meet(inner, f"{prefix}{name}.", depth + 1)

    for record in records:
        meet(record, "", 1)
    return {path: (kinds[path] - {""}, count) for path, count in counts.items()}


def counted(shapes: Shapes) -> Counts:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for path, its, count in shapes.take():
        kinds[path] |= {KINDS[kind] for kind in its}
        counts[path] += count
    return {path: (kinds[path] - {""}, count) for path, count in counts.items()}


@settings(max_examples=300, deadline=None)
@given(st.lists(OBJECTS, max_size=30), st.integers(1, 3))
def test_shapes_count_what_opening_counts(records: list[dict[str, Any]], times: int) -> None:
    shapes = Shapes(DEEPEST)
    for record in records * times:
        assert shapes.look(json.dumps(record))
    assert counted(shapes) == opened(records * times)
    # Anew: the shapes are known, the counts are not those of before. Kinds that a name has had stay.
    for record in records:
        shapes.look(json.dumps(record))
    again = counted(shapes)
    assert {path: count for path, (_, count) in again.items()} == {p: c for p, (_, c) in opened(records).items()}


def test_what_is_no_object_is_not_counted() -> None:
    shapes = Shapes(DEEPEST)
    assert not shapes.look("[1]")
    assert not shapes.look('"text"')
    assert counted(shapes) == {}
