"""How the published tables belong together: which column of which table leads to which, as a drawing and as a table.

Taken from what the audit asks: a table's key, and every column whose values have to be found in another table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from itertools import cycle

from crm360.expectations.suite import Suite
from crm360.orchestration.docs.markdown import code, page, table

LEADS = re.compile(r"each (\w+) is in (\w+)(?: as (\w+))?$")
KEY = re.compile(r"(\w+) is unique$")
INTRO = """\
Each line of the drawing leads from a column to the table in which the audit expects to find its values; a version in
which it does not is not published. Tables without a line hold figures (by month, by stage, …) and lead nowhere."""
WIDTH, LINE, HEAD, GAP, ACROSS = 230, 18, 26, 16, 330


def pages(suites: Mapping[str, Suite]) -> dict[str, str]:
    """The page."""
    leads = {name: found for name, suite in sorted(suites.items()) if (found := _leads(suite))}
    keys = {name: its for name, suite in suites.items() if (its := _key(suite))}
    listed = [
        (code(name), code(column), f"{code(parent)} {code(there)}")
        for name, found in leads.items()
        for column, parent, there in found
    ]
    drawing = svg(leads, keys)
    text = page("How the tables belong together", INTRO, drawing, table(("table", "column", "leads to"), listed))
    return {"reference/tables/relations.md": text}


def _leads(suite: Suite) -> list[tuple[str, str, str]]:
    """Column, table and that table's column."""
    found = (LEADS.fullmatch(str(e.description)) for e in suite.expectations)
    return [(told[1], told[2], told[3] or told[1]) for told in found if told]


def _key(suite: Suite) -> str:
    found = (KEY.fullmatch(str(e.description)) for e in suite.expectations)
    return next((told[1] for told in found if told), "")


def svg(leads: Mapping[str, list[tuple[str, str, str]]], keys: Mapping[str, str]) -> str:
    """The drawing: what is led to in the middle, what leads there at both sides."""
    parents = sorted(
        {parent for found in leads.values() for _, parent, _ in found}, key=lambda p: (-_asked(leads, p), p)
    )
    places: dict[str, tuple[int, int]] = {}
    heights = {name: HEAD + LINE * max(1, len(_lines(name, leads, keys))) for name in {*parents, *leads}}
    bottoms = {0: 0, 1: 0, 2: 0}
    for name in parents:
        places[name] = (ACROSS, bottoms[1])
        bottoms[1] += heights[name] + 3 * GAP
    for side, name in zip(cycle((0, 2)), (n for n in leads if n not in parents), strict=False):
        places[name] = (ACROSS * side, bottoms[side])
        bottoms[side] += heights[name] + GAP
    bends, boxes = [], []
    for name, (x, y) in places.items():
        lines = _lines(name, leads, keys)
        boxes.append(_box(name, x, y, heights[name], lines))
        for column, parent, _ in leads.get(name, []):
            bends.append(_bend(x, y + HEAD + LINE * lines.index(column) + LINE / 2, places[parent]))
    height = max(bottoms.values())
    words = f"{len(places)} tables and {sum(map(len, leads.values()))} columns that lead from one to another"
    return (
        f'<svg class="relations" viewBox="-4 -4 {2 * ACROSS + WIDTH + 8} {height + 8}" role="img" aria-label="{words}">'
        + "".join(bends + boxes)
        + "</svg>"
    )


def _asked(leads: Mapping[str, list[tuple[str, str, str]]], parent: str) -> int:
    return sum(parent == other for found in leads.values() for _, other, _ in found)


def _lines(name: str, leads: Mapping[str, list[tuple[str, str, str]]], keys: Mapping[str, str]) -> list[str]:
    own = [keys[name]] if name in keys else []
    return list(dict.fromkeys([*own, *(column for column, _, _ in leads.get(name, []))]))


def _box(name: str, x: int, y: int, height: int, lines: list[str]) -> str:
    rows = "".join(
        f'<text x="{x + 10}" y="{y + HEAD + LINE * n + 12}">{escape(line)}</text>' for n, line in enumerate(lines)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="5"/>'
        f'<text class="name" x="{x + 10}" y="{y + 17}">{escape(name)}</text>{rows}'
    )


def _bend(x: float, y: float, to: tuple[int, int]) -> str:
    there_x, there_y = to[0], to[1] + HEAD / 2
    if x == to[0]:  # both in the middle: around the right side
        out = x + WIDTH
        return f'<path d="M{out} {y} C{out + 60} {y} {out + 60} {there_y} {out} {there_y}"/>'
    start, end = (x + WIDTH, there_x) if x < there_x else (x, there_x + WIDTH)
    middle = (start + end) / 2
    return f'<path d="M{start} {y} C{middle} {y} {middle} {there_y} {end} {there_y}"/>'
