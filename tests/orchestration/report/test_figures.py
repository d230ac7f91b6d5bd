"""A figure has one definition: its tables, its query and its cube say the same, whatever the filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
import pytest

from crm360.orchestration.catalog import shape
from crm360.orchestration.report import cubes, figures, language, metrics, query, specs
from crm360.orchestration.report.here import HERE
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.page import WORDS
from crm360.orchestration.report.pages import PAGES
from crm360.orchestration.report.periods import Periods
from crm360.orchestration.report.registry import Figure
from crm360.orchestration.report.relations import RELATIONS
from tests.dbt_project.conftest import Compiled
from tests.orchestration.report.healthy import changed

pytestmark = pytest.mark.night

ALL = [figure for page in PAGES for figure in page.figures]
LOOK = Look()
# Two countries and two channels, that filters have something to choose from.
VARIED = (
    "update customers set country = 'FR' where customer_id < 'c_8'",
    "update customer_360 set country = 'FR' where customer_id < 'c_8'",
    "update orders set channel = 'shop' where order_id like '%7'",
)


@pytest.fixture(scope="module")
def varied(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return changed(company, tmp_path_factory.mktemp("varied"), *VARIED)


@pytest.fixture(scope="module")
def read(varied: Path) -> figures.Read:
    return figures.read(varied, date(2026, 7, 1), LOOK)


@pytest.fixture(scope="module")
def con(varied: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with figures.connected(varied) as told:
        yield told


def test_no_two_figures_have_one_key() -> None:
    assert len({figure.key for figure in ALL}) == len(ALL) > 60


def test_every_published_figure_is_read(read: figures.Read) -> None:
    assert read.amiss.keys() <= {"by_lifecycle", "rfm_names", "records"} | {
        f.key for f in ALL if f.relation == "buyers"
    }, read.amiss
    assert len(read.rows) > 50


def cube_says(read: figures.Read, figure: Figure, chosen: dict[str, int]) -> dict[tuple[Any, ...], dict[str, float]]:
    """A figure's sums by its axes, out of its cube, as the page's script has them."""
    cube = read.cubes[cubes.key_of(figure)]
    told: dict[tuple[Any, ...], dict[str, float]] = {}
    names = [cubes.column_of(figure, axis) for axis in figure.axes]
    sums = query.summed(RELATIONS[figure.relation], figure.measures)
    length = len(next(iter(cube.columns.values())))
    for i in range(length):
        if "segment" in cube.columns and cube.columns["segment"][i] != chosen.get("segment", 0):
            continue
        if any(cube.columns[name][i] != place for name, place in chosen.items() if name != "segment"):
            continue
        at = tuple(cube.columns[name][i] for name in names)
        for name in sums:
            value = cube.columns[f"v_{name}"][i]
            if value is not None:
                row = told.setdefault(at, {})
                row[name] = row.get(name, 0) + value
    return told


CHOICES = (
    {},
    {"country": 1},
    {"segment": 1},
    {"country": 2, "segment": 2},
    {"channel": 2},
    {"source": 1, "country": 1},
)


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_the_cube_says_what_the_query_says_with_the_same_filters(
    read: figures.Read, con: duckdb.DuckDBPyConnection, chosen: dict[str, int]
) -> None:
    compared = 0
    for figure in ALL:
        if figure.key not in read.rows or not chosen.keys() <= set(read.cubes[cubes.key_of(figure)].obeys):
            continue
        relation = RELATIONS[figure.relation]
        told = query.of(figure, LOOK)
        where = [told.clauses[n].replace("?", f"'{read.values[n][place - 1]}'") for n, place in chosen.items()]
        said = con.execute(told.text(where)).fetchall()
        mine = cube_says(read, figure, chosen)
        for n, name in enumerate(figure.measures):
            measure, at = relation.measures[name], len(figure.axes) + n
            if measure.over is not None:
                continue
            asked = sum(float(row[at]) for row in said if row[at] is not None)
            summed = sum(row.get(name, 0) for row in mine.values())
            assert summed == pytest.approx(asked, abs=0.02), (figure.key, name)
            compared += 1
        shown = [row for row in said if any(row[len(figure.axes) :])] if figure.axes else []
        assert len(mine) >= min(len(shown), cubes.MOST_OF_AN_AXIS), figure.key
    assert compared > 5


def test_tiles_equal_published_columns(read: figures.Read, con: duckdb.DuckDBPyConnection) -> None:
    def one(sql: str) -> Any:
        return con.execute(sql).fetchall()[0][0]

    year = "month between '2025-07-01' and '2026-06-01'"
    for key, sql in (
        ("customers", "select count(*) from customers"),
        ("revenue_tile", f"select sum(net_revenue) from revenue_by_month where {year}"),
        ("purchases_tile", f"select sum(count_of_purchases) from revenue_by_month where {year}"),
        ("money_revenue", f"select sum(net_revenue) from revenue_by_month where {year}"),
        ("open_tile", "select sum(count_of_open_tickets) from ticket_backlog"),
        ("tickets", f"select sum(count_of_tickets) from service_performance where {year}"),
        ("won", f"select sum(count_of_won_deals) from deal_performance where {year}"),
        ("won_amount", f"select sum(won_amount) from deal_performance where {year}"),
        ("predicted", "select sum(predicted_value) from customer_360"),
        ("unpaid", "select sum(balance_value) from receivables"),
    ):
        expected = one(sql)
        assert read.rows[key][0][0] == pytest.approx(expected) and expected, key


def test_it_says_over_how_many_customers_it_speaks(read: figures.Read, con: duckdb.DuckDBPyConnection) -> None:
    told = read.reach["purchases"]
    rows = [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]

    def reached(**chosen: Any) -> int:
        wanted = {"segment": 0, "channel": -2, "source": -2} | chosen
        return sum(row["n"] for row in rows if all(row[name] == value for name, value in wanted.items()))

    customers = (
        "select count(distinct revenue_entries.customer_id) from revenue_entries join customers using (customer_id)"
    )
    for chosen, where in (
        ({"period": "all"}, "true"),
        ({"period": "2025"}, "year(booked_at) = 2025"),
        ({"period": "all", "country": 1}, f"country = '{read.values['country'][0]}'"),
        (
            {"period": "all", "segment": 1},
            f"customer_id in (select customer_id from customer_segments where dimension = 'customer type' and segment = '{read.values['segment'][0]}')",
        ),
        (
            {"period": "12", "source": 1},
            f"source = '{read.values['source'][0]}' and booked_at >= '2025-07-01' and booked_at < '2026-07-01'",
        ),
    ):
        assert reached(**chosen) == con.execute(f"{customers} where {where}").fetchall()[0][0], chosen


def test_a_cube_that_would_be_too_large_obeys_fewer_filters(
    read: figures.Read, varied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read.cubes["purchases"]
    assert set(whole.obeys) == {"country", "channel", "source", "segment"}
    monkeypatch.setattr(cubes, "MOST_ROWS", len(whole.columns["m"]) - 1)
    smaller = figures.read(varied, date(2026, 7, 1), LOOK).cubes["purchases"]
    assert smaller.obeys == ("country", "channel", "source")  # which are axes, too
    assert sum(v or 0 for v in smaller.columns["v_purchases"]) == sum(
        v for v, s in zip(whole.columns["v_purchases"], whole.columns["segment"], strict=True) if s == 0
    )


def test_months_are_over_when_their_last_day_has_passed() -> None:
    for as_of, over in (("2026-07-01", "2026-06-01"), ("2026-06-30", "2026-05-01"), ("2026-01-15", "2025-12-01")):
        periods = Periods(date.fromisoformat(as_of), (2026, 2025))
        assert periods.over.isoformat() == over
        assert periods.spans["12"][1] == over and periods.spans["2025"] == ("2025-01-01", "2025-12-01")
        assert periods.bounds("12", True)[1] == as_of[:8] + "01" and periods.bounds("12", False)[1] == over


def test_every_drawing_is_vega_lite() -> None:
    words, drawn = Language("en"), 0
    for figure in ALL:
        measures = tuple(RELATIONS[figure.relation].measures[name] for name in figure.measures)
        spec = specs.of(figure, measures, "EUR", words)
        if spec is not None:
            alt.Chart.validate(spec) if "layer" not in spec else alt.LayerChart.validate(spec)
            drawn += 1
    assert drawn > 35


def test_every_definition_is_a_column_with_a_description() -> None:
    described = set()
    for path in (shape.DELIVERED / "models" / "marts").rglob("*.yml"):
        for model in re.split(r"\n  - name: ", path.read_text(encoding="utf-8"))[1:]:
            table = model.split("\n", 1)[0].strip()
            described |= {
                (table, column)
                for column in re.findall(r"\n      - name: (\w+)|\{ ?name: (\w+)", model)
                for column in column
                if column
            }
    asked = {tuple(about.split(".")) for figure in ALL for about in figure.about}
    defined = {f.key for f in ALL for name in f.measures if RELATIONS[f.relation].measures[name].about}
    assert [figure.key for figure in ALL if not figure.about and figure.key not in defined] == []
    assert asked <= described, asked - described


def test_every_definition_is_said_in_german(project: Compiled) -> None:
    """What metrics and columns mean, word for word: where the English changes, the German is asked for anew."""
    columns = [project.models[table]["columns"][column] for table, column in
               (about.split(".") for figure in ALL for about in figure.about)]  # fmt: skip
    said = {" ".join(column["description"].split()) for column in columns}
    said |= {measure.about for relation in RELATIONS.values() for measure in relation.measures.values()} - {""}
    said |= {metric.description for metric in metrics.delivered().values()}
    assert len(said) > 100
    assert said - Language("de").words.keys() == set()


def test_every_word_is_said_in_german() -> None:
    german = Language("de").words
    said = {
        *WORDS,
        *(page.title for page in PAGES),
        *(m.label for r in RELATIONS.values() for m in r.measures.values()),
        *(metric.label for metric in metrics.delivered().values()),
    }
    for figure in ALL:
        said |= {figure.title, figure.note, figure.empty, *(axis.label for axis in figure.axes)} - {""}
    for file in ("page.html.j2", "quality.html.j2", "own.py", "specs.py", "page.py", "language.py"):
        source = (HERE / file).read_text(encoding="utf-8")
        said |= {word for _, word in re.findall(r"""\bsay\(\s*(["'])((?:(?!\1).)+)\1\s*[,)]""", source)}
        said |= {
            w for table in re.findall(r"call table\(\[(.*?)\]", source) for w in re.findall(r"\('([^']+)', '", table)
        }
    assert said - german.keys() == set()
    unfilled = {
        english
        for english, told in german.items()
        if set(re.findall(r"{\w+}", english)) != set(re.findall(r"{\w+}", told))
    }
    assert unfilled == set()


def test_numbers_and_dates_are_written_as_the_language_has_them() -> None:
    english, german = (Language(name) for name in language.LANGUAGES)
    for unit, value, in_english, in_german in (
        ("money", 1234.5, "EUR 1,234", "1.234 EUR"),
        ("money", -2000, "EUR −2,000", "−2.000 EUR"),
        ("count", 1234567, "1,234,567", "1.234.567"),
        ("share", 0.019, "1.9 %", "1,9 %"),
        ("share", 0.5, "50 %", "50 %"),
        ("hours", 0.5, "30 min", "30 Min."),
        ("hours", 72, "3.0 days", "3,0 Tage"),
        ("decimal", 0.255, "0.26", "0,26"),
        ("count", None, "–", "–"),
    ):
        told = [words.number(value, unit, "EUR").replace("\N{NO-BREAK SPACE}", " ") for words in (english, german)]
        assert told == [in_english, in_german], (unit, value)
    assert (english.day(date(2026, 7, 1)), german.day(date(2026, 7, 1))) == ("1 July 2026", "1. Juli 2026")
    assert (english.country("DE"), german.country("DE"), german.country("ZZZ")) == ("Germany", "Deutschland", "ZZZ")
    assert german.place(1, "weekday") == "Montag" and german.place(date(2026, 3, 1), "month") == "März 2026"
