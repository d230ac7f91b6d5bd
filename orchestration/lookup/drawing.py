"""The records that make a customer, and what links them, as SVGs: a circle of records, a line for each record's
strongest link, a broken one for each pair that waits for a decision; and a waterfall of each link's match weight."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any, NamedTuple

SIZE, RADIUS = 460, 165
MOST_DRAWN = 24


class Node(NamedTuple):
    """A record: where it is drawn, and what is written beside it."""

    x: float
    y: float
    label: str
    title: str
    anchor: str


class Edge(NamedTuple):
    """A link between two records, by what rule and evidence; or a doubt about two."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    title: str
    is_doubt: bool = False


class Step(NamedTuple):
    """One comparison of a waterfall: what it says, in bits, the sum so far, and its bar, in hundredths of the width."""

    words: str
    bits: float
    sum: float
    left: float
    width: float


class Waterfall(NamedTuple):
    """What a link's match weight is made of. `zero` and `threshold` are places, in hundredths of the width; a link that
    has less than it needs is held by its rule."""

    contact_id: str
    linked_contact_id: str
    rule: str
    steps: list[Step]
    match_weight: float
    match_threshold: float
    probability: float
    zero: float
    threshold: float


def waterfalls(records: list[dict[str, Any]]) -> list[Waterfall]:
    """A waterfall for each link between a customer's records of today, by the published steps; the strongest first."""
    found: dict[frozenset[str], Waterfall] = {}
    for record in records:
        if record.get("is_current") and record.get("match_weight_steps"):
            found.setdefault(frozenset((record["contact_id"], record["linked_contact_id"])), _waterfall(record))
    return sorted(found.values(), key=lambda one: -one.match_weight)[:MOST_DRAWN]


def _waterfall(record: dict[str, Any]) -> Waterfall:
    said = [step.rpartition(": ") for step in record["match_weight_steps"].split(" | ")]
    bits = [float(figure) for _, _, figure in said]
    sums = list(accumulate(bits))
    weight, needed = float(record["match_weight"]), float(record["match_threshold"])
    low, high = min(0.0, needed, *sums), max(0.0, needed, *sums)

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low or 1.0), 2)

    steps = [
        Step(
            words,
            own,
            total,
            place(min(total, total - own)),
            max(place(max(total, total - own)) - place(min(total, total - own)), 0.4),
        )
        for (words, _, _), own, total in zip(said, bits, sums, strict=True)
    ]
    return Waterfall(
        record["contact_id"], record["linked_contact_id"], str(record["rule"]), steps, weight, needed,
        1 / (1 + 2.0 ** -max(min(weight, 60.0), -60.0)), place(0.0), place(needed),
    )  # fmt: skip


def links(records: list[dict[str, Any]], doubts: list[dict[str, Any]]) -> tuple[list[Node], list[Edge], int]:
    """Nodes and lines of a customer's records of today, and how many there were no room for."""
    current = [record for record in records if record.get("is_current")]
    shown = current[:MOST_DRAWN]
    at: dict[str, Node] = {}
    for number, record in enumerate(shown):
        angle = 2 * math.pi * number / max(len(shown), 1) - math.pi / 2
        x, y = round(SIZE / 2 + RADIUS * math.cos(angle), 1), round(SIZE / 2 + RADIUS * math.sin(angle), 1)
        anchor = "middle" if abs(x - SIZE / 2) < 1 else "start" if x > SIZE / 2 else "end"
        said = ", ".join(str(record[f]) for f in ("full_name", "email", "phone") if record.get(f))
        at[record["contact_id"]] = Node(x, y, str(record["source"]), f"{record['contact_id']}: {said}", anchor)
    edges: dict[frozenset[str], Edge] = {}
    for record in shown:
        ends = (record["contact_id"], record.get("linked_contact_id") or "")
        title = f"{record['rule']}: {record.get('evidence') or ''}".strip(": ")
        _draw(edges, at, ends, str(record["rule"]), title)
    for doubt in doubts:
        said = f"{doubt['probability']:.0%} likely" if doubt.get("probability") is not None else "in doubt"
        title = f"waits for a decision: {doubt.get('asked_because') or ''}".strip(": ")
        _draw(edges, at, (doubt["contact_id_a"], doubt["contact_id_b"]), said, title, is_doubt=True)
    return list(at.values()), list(edges.values()), len(current) - len(shown)


def _draw(
    edges: dict[frozenset[str], Edge],
    at: dict[str, Node],
    ends: tuple[str, str],
    label: str,
    title: str,
    is_doubt: bool = False,
) -> None:
    one, other = at.get(ends[0]), at.get(ends[1])
    if one is not None and other is not None and one is not other:
        edges.setdefault(frozenset(ends), Edge(one.x, one.y, other.x, other.y, label, title, is_doubt))
