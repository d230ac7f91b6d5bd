"""A project's own pages: reports/*.md, Markdown with SQL blocks over the published tables, a chart line after each.

    ```sql revenue_by_country
    select country, sum(net_revenue) as revenue from customer_360 group by all order by revenue desc
    ```
    chart: bars x=country y=revenue

A query reads the published version and nothing else, and has a time limit. What is wrong with it stands in its place;
the other blocks, the other pages and the report are as they would be without it.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
from markdown_it import MarkdownIt
from markupsafe import Markup

from crm360 import duck
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.text import plain

__all__ = ["Block", "Own", "read"]

MOST_ROWS = 500
MOST_LETTERS = 200_000  # of a page
CHARTS = ("bars", "columns", "lines")
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}
FENCE = re.compile(
    r"^```sql[ \t]*(?P<name>[\w-]*)[ \t]*\n(?P<sql>.*?)^```[ \t]*(?:\n+chart:[ \t]*(?P<chart>[^\n]*))?$", re.M | re.S
)
OPTION = re.compile(r"(\w+)=(\"[^\"]*\"|\S+)")


@dataclass(frozen=True)
class Block:
    """Words (`html`), or a query with its rows, its chart, or what is wrong with it."""

    html: Markup | str = ""
    name: str = ""
    sql: str = ""
    headings: tuple[tuple[str, str], ...] = ()
    rows: list[list[str]] = field(default_factory=list)
    is_cut: bool = False
    chart: dict[str, Any] | None = None  # key, spec, rows and page, for the script
    amiss: str = ""


@dataclass(frozen=True)
class Own:
    """One page: `key` stands in the address."""

    key: str
    title: str
    blocks: list[Block]


class Wrong(Exception):
    """A sentence on a block."""


def read(published_duckdb: Path, look: Look, words: Language) -> list[Own]:
    """Every page of the project's folder, in the order of their names."""
    if look.folder is None or not look.folder.is_dir():
        return []
    return [_page(path, published_duckdb, look, words) for path in sorted(look.folder.glob("*.md"))]


def _page(path: Path, published_duckdb: Path, look: Look, words: Language) -> Own:
    key = "own-" + re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    try:
        told = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return Own(key, path.stem, [Block(amiss=words.say("This page can't be read: it is no text in UTF-8."))])
    if len(told) > MOST_LETTERS:
        return Own(key, path.stem, [Block(amiss=words.say("This page can't be read: it is too long."))])
    told = told.replace("\r\n", "\n")
    title = re.search(r"^#[ \t]+(.+)$", told, re.M)
    markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["image"])
    blocks, at = [], 0
    for n, found in enumerate(FENCE.finditer(told)):
        blocks.append(Block(_html(markdown, told[at : found.start()])))
        blocks.append(_block(f"{key}-{n}", key, found, published_duckdb, look, words))
        at = found.end()
    blocks.append(Block(_html(markdown, told[at:])))
    return Own(key, plain(title[1], 60) if title else path.stem, blocks)


def _html(markdown: MarkdownIt, words: str) -> Markup:
    """Markdown without its first heading, which is the page's; markup in it is text."""
    return Markup(markdown.render(re.sub(r"\A\s*#[ \t]+.+$", "", words, flags=re.M)))  # noqa: S704 - html is off


def _block(key: str, page: str, found: re.Match[str], database: Path, look: Look, words: Language) -> Block:
    sql, name = found["sql"].strip(), found["name"] or key
    try:
        columns, rows = _asked(database, sql, look.seconds, words)
        drawn = _chart(found["chart"], columns, rows, words) if found["chart"] else None
    except Wrong as wrong:
        return Block(name=name, sql=sql, amiss=str(wrong))
    numbers = [all(isinstance(row[n], int | float | Decimal | None) for row in rows) for n in range(len(columns))]
    return Block(
        name=name,
        sql=sql,
        headings=tuple((plain(c, 60), "number" if number else "") for c, number in zip(columns, numbers, strict=True)),
        rows=[[_shown(value, words) for value in row] for row in rows[:MOST_ROWS]],
        is_cut=len(rows) > MOST_ROWS,
        chart=drawn | {"key": key, "page": page} if drawn else None,
    )


def _asked(database: Path, sql: str, seconds: float, words: Language) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and rows of a query that may read the published version and nothing else. Raises Wrong."""
    con = duck.connect(database, read_only=True, config=CLOSED)
    is_over = threading.Event()

    def stop() -> None:
        is_over.set()
        con.interrupt()

    clock = threading.Timer(seconds, stop)
    try:
        if len(duckdb.extract_statements(sql)) != 1:
            raise Wrong(words.say("A block is one statement."))
        clock.start()
        result = con.execute(sql)
        return [column[0] for column in result.description or ()], result.fetchmany(MOST_ROWS + 1)
    except duckdb.Error as error:
        if is_over.is_set():
            raise Wrong(words.say("The query took longer than {n} seconds.", n=f"{seconds:g}")) from None
        raise Wrong(plain(str(error).partition("\n")[0], 300)) from None
    finally:
        clock.cancel()
        con.close()


def _chart(line: str, columns: list[str], rows: list[tuple[Any, ...]], words: Language) -> dict[str, Any]:
    kind, _, rest = line.strip().partition(" ")
    told = {key: value.strip('"') for key, value in OPTION.findall(rest)}
    if kind not in CHARTS:
        raise Wrong(words.say("A chart is one of {kinds}.", kinds=", ".join(CHARTS)))
    if "x" not in told or "y" not in told:
        raise Wrong(words.say("A chart line names x and y: chart: bars x=country y=revenue"))
    for option in ("x", "y", "series"):
        if option in told and told[option] not in columns:
            raise Wrong(words.say("The chart names {column}, which the query has not.", column=plain(told[option], 60)))
    over_time = any(isinstance(row[columns.index(told["x"])], date | datetime) for row in rows)
    x, y = columns.index(told["x"]), columns.index(told["y"])
    points = []
    for row in rows[:MOST_ROWS]:
        place = row[x].isoformat() if isinstance(row[x], date | datetime) else plain(_shown(row[x], words), 60)
        value = float(row[y]) if isinstance(row[y], int | float | Decimal) else None
        point = {"x": place, "v": value, "text": _shown(row[y], words)}
        if "series" in told:
            point["series"] = plain(row[columns.index(told["series"])], 40)
        points.append(point)
    title = plain(told.get("title", f"{told['y']} by {told['x']}"), 100)
    return {"spec": _spec(kind, told, title, over_time), "rows": points}


def _spec(kind: str, told: dict[str, str], title: str, over_time: bool) -> dict[str, Any]:
    place: Any = "x:T" if over_time else "x:N"
    along: dict[str, Any]
    if kind == "bars":
        along = {
            "y": alt.Y(place, sort=None, title=None, axis=alt.Axis(labelLimit=190)),
            "x": alt.X("v:Q", title=told["y"], axis=alt.Axis(format="~s", tickCount=4)),
        }
    else:
        along = {
            "x": alt.X(place, sort=None, title=None, axis=alt.Axis(labelOverlap=True, grid=False)),
            "y": alt.Y("v:Q", title=told["y"], axis=alt.Axis(format="~s", tickCount=4)),
        }
    tips = [alt.Tooltip("x:N", title=told["x"]), alt.Tooltip("text:N", title=told["y"])]
    chart = alt.Chart(alt.NamedData(name="rows"))
    marked: Any = chart.mark_line(point=True) if kind == "lines" else chart.mark_bar(cornerRadiusEnd=2)
    if "series" in told:
        along["color"] = alt.Color("series:N", sort=None, title=None, legend=alt.Legend(orient="top"))
        tips.append(alt.Tooltip("series:N", title=told["series"]))
    height = alt.Step(26) if kind == "bars" else 230
    spec: dict[str, Any] = marked.encode(tooltip=tips, **along).properties(
        width="container", height=height, description=title).to_dict()  # fmt: skip
    return {key: value for key, value in spec.items() if key not in ("config", "$schema", "datasets")}


def _shown(value: Any, words: Language) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return words.say("yes" if value else "no")
    if isinstance(value, int | float | Decimal):
        return words.number(value, "decimal", "")
    if isinstance(value, datetime):
        return words.moment(value)
    return words.day(value) if isinstance(value, date) else plain(value)
