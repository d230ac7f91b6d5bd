"""The report itself: all pages in one document that opens from disk, asks no network, and runs only what it carries."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from crm360.expectations.results import SuiteResult
from crm360.orchestration.report import cubes, figures, places, query, text
from crm360.orchestration.report.here import HERE
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.pages import PAGES
from crm360.orchestration.report.registry import FILTERS, Figure
from crm360.orchestration.report.relations import RELATIONS
from crm360.orchestration.report.style import rendered
from crm360.orchestration.run.facts import RunFacts

WORDS = (
    "all", "not known", "other", "min", "h", "days", "points", "on the year before", "on the period before",
    "nothing earlier to compare with", "as of the day of the report", "1 customer", "{n} customers",
    "not filtered by {what}", "on the map: {n} of {all}", "whatever the period", "copied", "can't be copied here",
    *FILTERS,
)  # fmt: skip


def build(published_duckdb: Path, run: RunFacts, audits: Sequence[SuiteResult], look: Look | None = None) -> str:
    """Return the report on one published database as one HTML document.

    The same database and facts give the same bytes. Raises duckdb.Error when the database can't be read.
    """
    from crm360.orchestration.report import own  # it draws, too

    look = look or Look()
    words = Language(look.language)
    found = figures.read(published_duckdb, run.as_of, look)
    currency = text.plain(found.single.get("currency") or "", 8)
    own_pages = own.read(published_duckdb, look, words)
    doubtful = [
        (found.single.get("doubtful") or 0, "people"),
        (found.single.get("doubtful_companies") or 0, "companies"),
    ]
    return rendered(
        "page.html.j2",
        scripts=(_script("runtime/vega.js"), _script("report.js")),
        run=run,
        audits=audits,
        checks=sum(len(suite.checks) for suite in audits),
        pages=[(page, [_shown(figure, found, look, words, currency) for figure in page.figures]) for page in PAGES],
        own=own_pages,
        periods=found.periods.spans,
        packed=packed(_payload(found, look, words, currency, [page.key for page in own_pages])),
        held=found.single.get("held") or 0,
        held_back=found.lists["held_back"],
        anomalies=found.lists["anomalies"],
        doubtful=[(pairs, what) for pairs, what in doubtful if pairs],
        without_amount=found.single.get("without_amount") or 0,
        look=look,
        L=words,
    )


def packed(payload: dict[str, Any]) -> str:
    """What the script reads: JSON, packed, for a million customers' cubes are large."""
    told = json.dumps(payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return base64.b64encode(gzip.compress(told.encode(), 9, mtime=0)).decode()


def _script(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8").replace("</script", "<\\/script"))  # noqa: S704 - ours


def _shown(figure: Figure, found: figures.Read, look: Look, words: Language, currency: str) -> dict[str, Any]:
    """A figure as the template shows it before any script has run."""
    relation = RELATIONS[figure.relation]
    rows = found.rows.get(figure.key, [])
    n = len(figure.axes)
    units = [relation.measures[name].unit for name in figure.measures]
    table = [
        [(words.place(value, axis.kind), "words") for axis, value in zip(figure.axes, row[:n], strict=True)]
        + [(words.number(value, unit, currency), "number") for unit, value in zip(units, row[n:], strict=True)]
        for row in rows
    ]
    names = [(axis.label, "") for axis in figure.axes]
    names += [(relation.measures[name].label, "number") for name in figure.measures]
    about = [
        (words.say(m.label), words.say(m.about)) for m in (relation.measures[n] for n in figure.measures) if m.about
    ]
    about += [
        (f"{table}.{column}", words.say(" ".join(found.words.get((table, column), "").split())))
        for table, column in (c.split(".") for c in figure.about)
    ]
    empty = figure.empty
    if figure.key in found.amiss:
        empty = words.say("This can't be shown: {what} is not published.", what=found.amiss[figure.key])
    return {
        "figure": figure,
        "note": words.say(figure.note, time_zone=look.time_zone) if figure.note else "",
        "empty": empty,
        "is_there": figure.key in found.rows,
        "headings": names,
        "table": table if figure.axes else [],
        "value": table[0][0][0] if table and not figure.axes else "–",
        "about": [(column, said) for column, said in about if said],
        "sql": query.of(figure, look).text() if figure.key in found.rows else "",
    }


def _payload(found: figures.Read, look: Look, words: Language, currency: str, own_pages: list[str]) -> dict[str, Any]:
    shown = [figure for page in PAGES for figure in page.figures if figure.key in found.rows]
    kinds = {figure.kind for figure in shown}
    countries = {*found.values["country"], *(places.drawn() if "map" in kinds else ())}
    return {
        "lang": str(words.locale).replace("_", "-"),
        "currency": currency,
        "words": {word: words.say(word) for word in WORDS},
        "weekdays": [words.place(n, "weekday") for n in range(1, 8)],
        "vega": words.for_vega(),
        "periods": found.periods.spans,
        "over": found.periods.over.isoformat(),
        "running": found.periods.running.isoformat(),
        "filters": {name: [text.plain(value, 60) for value in found.values[name]] for name in FILTERS},
        "countries": {text.plain(code, 60): text.plain(words.country(code), 60) for code in sorted(countries)},
        "cubes": {
            key: {
                "obeys": cube.obeys,
                "columns": cube.columns,
                "values": cube.values,
                "earliest": min((m for m in cube.columns.get("m", []) if m is not None), default=None),
            }
            for key, cube in found.cubes.items()
        },
        "reach": found.reach,
        "outlines": places.outlines() if kinds & {"map", "dots"} else None,
        "cities": _cities(found),
        "pages": [*(page.key for page in PAGES), "review", *own_pages],
        "figures": [
            _described(page.key, figure, look, words, currency)
            for page in PAGES
            for figure in page.figures
            if figure.key in found.rows
        ],
    }


def _cities(found: figures.Read) -> dict[str, places.Point]:
    """Where the cities of dots lie: country, region and city, as they are published, in one key."""
    told: set[places.Place] = set()
    for figure in (figure for page in PAGES for figure in page.figures if figure.kind == "dots"):
        cube = found.cubes.get(cubes.key_of(figure))
        if cube is None or figure.key not in found.rows:
            continue
        columns = [cubes.column_of(figure, axis) for axis in figure.axes]
        for at in zip(*(cube.columns[column] for column in columns), strict=True):
            words = [cube.values[c][n - 1] if n > 0 else "" for c, n in zip(columns, at, strict=True)]
            if words[0] and words[2]:
                told.add((words[0], words[1], words[2]))
    return {"|".join(place): point for place, point in sorted(places.found(told).items())}


def _described(page: str, figure: Figure, look: Look, words: Language, currency: str) -> dict[str, Any]:
    """A figure as the script draws it."""
    from crm360.orchestration.report import specs  # Altair takes a second to import: only who writes a report waits

    relation = RELATIONS[figure.relation]
    measures = tuple(relation.measures[name] for name in figure.measures)
    told = query.of(figure, look)
    return {
        "key": figure.key,
        "page": page,
        "kind": figure.kind,
        "relation": figure.relation,
        "cube": cubes.key_of(figure),
        "timed": relation.month is not None,
        "of_customers": relation.customer is not None,
        "most": figure.most,
        "in_order": figure.in_order,
        "axes": [{"kind": axis.kind, "column": cubes.column_of(figure, axis)} for axis in figure.axes],
        "measures": [
            {"name": name, "label": words.say(measure.label), "unit": measure.unit, "over": measure.over}
            for name, measure in zip(figure.measures, measures, strict=True)
        ],
        "sums": list(query.summed(relation, figure.measures)),
        "sql": {"head": told.head, "where": told.where, "tail": told.tail, "clauses": told.clauses},
        "spec": specs.of(figure, measures, currency, words),
    }
