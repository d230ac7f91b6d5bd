"""The records that make a customer, and what links them, as an SVG: a circle of records, a line for each record's
strongest link, and a broken one for each pair that waits for a decision."""

from __future__ import annotations

import math
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
