"""The drawing of how the published tables belong together: made of what the audit asks, own marts included."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import duckdb

from crm360.expectations import suites
from crm360.expectations.suite import Suite, exists, key, rows
from crm360.orchestration.docs import relations

PAGE = "reference/tables/relations.md"


def drawn(page: str) -> ET.Element:
    return ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])


def test_every_column_that_the_audit_follows_is_drawn_and_listed() -> None:
    told = suites.load()
    page = relations.pages(told)[PAGE]
    asked = [
        (name, e.description.split()[1], e.description.split()[4])
        for name, suite in told.items()
        for e in suite.expectations
        if re.fullmatch(r"each \w+ is in \w+( as \w+)?", str(e.description))
    ]
    assert len(asked) > 30
    assert len(drawn(page).findall("path")) == len(asked)
    for table, column, parent in asked:
        assert f"| `{table}` | `{column}` | `{parent}` `" in page
    names = [text.text for text in drawn(page).findall("text") if text.get("class") == "name"]
    assert sorted(names) == sorted({*(t for t, _, _ in asked), *(p for _, _, p in asked)})


def test_boxes_do_not_lie_on_each_other() -> None:
    boxes = [
        tuple(float(box.get(name, 0)) for name in ("x", "y", "width", "height"))
        for box in drawn(relations.pages(suites.load())[PAGE]).findall("rect")
    ]
    with duckdb.connect() as con:
        con.execute("create table boxes (x double, y double, width double, height double)")
        con.executemany("insert into boxes values (?, ?, ?, ?)", boxes)
        overlaps = con.execute(
            "select count(*) from boxes a join boxes b on a.rowid < b.rowid and a.x < b.x + b.width and b.x < a.x + a.width "
            "and a.y < b.y + b.height and b.y < a.y + a.height"
        ).fetchall()
    assert overlaps == [(0,)]


def test_a_mart_of_ones_own_is_drawn_too() -> None:
    own = Suite("visits", (rows(), *key("visit_id"), exists("guest_id", "customers", "customer_id")))
    page = relations.pages(suites.load() | {"visits": own})[PAGE]
    assert "| `visits` | `guest_id` | `customers` `customer_id` |" in page
    assert {"visits", "visit_id", "guest_id"} <= {text.text for text in drawn(page).findall("text")}
