"""The report in Chromium, opened from disk: filters, the address, tables; nothing is fetched, nothing is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.orchestration.report import build, figures
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.pages import PAGES
from tests.orchestration.report.browser import CHROMIUM, Browser, browser
from tests.orchestration.report.healthy import AUDITS, RUN, changed, unpacked, without_runtime
from tests.orchestration.report.test_figures import VARIED
from tests.orchestration.report.test_own import GOOD

pytestmark = pytest.mark.night

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it")
WRONG = "# Wrong\n\n```sql wrong\nselect nothing from nowhere\n```\n"

# Charts and tables of the shown page of which a part lies beyond the card that holds them.
STICKING_OUT = """[...document.querySelectorAll('main > :not([hidden]) figure.card')].flatMap(card => {
    const edge = card.getBoundingClientRect().right;
    return [...card.querySelectorAll('.chart svg, .chart svg text, details[open] table')]
        .filter(part => part.getBoundingClientRect().right > edge + 1).map(part => card.id + ' ' + part.tagName);
})"""

MADE_SMALLER = """[...document.querySelectorAll('main > :not([hidden]) .chart svg')]
    .filter(chart => chart.clientWidth < 0.9 * chart.viewBox.baseVal.width && !chart.querySelector('.mark-shape'))
    .map(chart => chart.closest('figure').id)"""


@pytest.fixture(scope="module")
def varied(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return changed(company, tmp_path_factory.mktemp("varied"), *VARIED)


@pytest.fixture(scope="module")
def report(varied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "mine.md").write_text(GOOD)
    (folder / "wrong.md").write_text(WRONG)
    page = folder / "index.html"
    page.write_text(build(varied, RUN, AUDITS, Look(folder=folder)), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as told:
        yield told


def revenue(varied: Path, where: str) -> list[tuple[str, Any]]:
    with figures.connected(varied) as con:
        rows = con.execute(
            f"""select strftime(booked_at, '%B %Y'), sum(revenue_entries.net_revenue)
            from revenue_entries left join customers using (customer_id)
            where booked_at >= '2025-07-01' and {where} group by all order by min(booked_at)"""
        ).fetchall()
    return [(month, pytest.approx(float(amount), abs=0.51)) for month, amount in rows]


def amounts(table: list[list[str]]) -> list[tuple[str, float]]:
    return [(month, float(re.sub(r"^EUR\s|,", "", amount))) for month, amount in table]


@needs_chromium
def test_a_filter_changes_charts_tables_tiles_and_the_address(chromium: Browser, report: Path, varied: Path) -> None:
    chromium.open(report)
    bars = "[...document.querySelectorAll('#c-revenue path')].map(p => p.getAttribute('d')).join()"
    tile = "document.getElementById('v-revenue_tile').textContent"
    before, amount = chromium.run(bars), chromium.run(tile)
    assert amounts(chromium.table("revenue")) == revenue(varied, "true")
    chromium.run(
        "(() => { const field = document.forms.filters.elements.country; field.value = [...field.options]"
        ".find(o => o.textContent === 'France').value; field.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )
    chromium.until("document.documentElement.dataset.shown === '#overview?country=FR'")
    assert chromium.run("location.hash") == "#overview?country=FR"
    assert amounts(chromium.table("revenue")) == revenue(varied, "country = 'FR'")
    assert chromium.run(bars) != before and chromium.run(tile) != amount
    assert "customers.country = 'FR'" in chromium.run("document.getElementById('q-revenue').textContent")
    chromium.run("document.getElementById('clear').click()")
    chromium.until("document.documentElement.dataset.shown === '#overview'")
    assert chromium.run(tile) == amount and chromium.run(bars) == before


@needs_chromium
def test_the_query_that_is_shown_gives_the_table_that_is_shown(chromium: Browser, report: Path, varied: Path) -> None:
    chromium.open(report, "#overview?period=2025&country=DE&segment=repeat&source=shopify")
    compared = 0
    for figure in ("revenue", "by_channel", "by_country"):
        with figures.connected(varied) as con:
            rows = con.execute(chromium.run(f"document.getElementById('q-{figure}').textContent")).fetchall()
        shown = chromium.table(figure)
        assert len(rows) == len(shown) and rows, figure
        for row, told in zip(rows, shown, strict=True):
            assert float(told[1].partition("\N{NO-BREAK SPACE}")[2].replace(",", "")) == pytest.approx(
                float(row[1]), abs=0.51
            ), figure
            compared += 1
    assert compared > 5


@needs_chromium
def test_every_page_draws_what_it_has_and_nothing_is_fetched_or_refused(chromium: Browser, report: Path) -> None:
    chromium.asked.clear()
    chromium.said.clear()
    chromium.open(report)
    told = unpacked(report.read_text(encoding="utf-8"))
    for page in told["pages"]:
        chromium.go(f"#{page}")
        assert chromium.run("document.documentElement.dataset.failed") is None
        drawn = chromium.run(
            "[...document.querySelectorAll('main > section:not([hidden]) .chart')].filter(c => c.querySelector('svg path')).map(c => c.id)"
        )
        for figure in told["figures"]:
            if figure["page"] == page and figure["spec"] and chromium.table(figure["key"]):
                assert f"c-{figure['key']}" in drawn, figure["key"]
    assert {page.key for page in PAGES} <= set(told["pages"])
    assert set(chromium.asked) <= {f"file://{report}", "about:blank"} | {
        a for a in chromium.asked if a.startswith(f"file://{report}#")
    }
    assert chromium.said == []


@needs_chromium
def test_a_wrong_own_page_has_its_error_on_itself_and_the_other_its_chart(chromium: Browser, report: Path) -> None:
    chromium.open(report, "#own-wrong")
    assert "nowhere does not exist" in chromium.run("document.querySelector('#page-own-wrong .banner').textContent")
    chromium.go("#own-mine")
    assert chromium.run("document.querySelectorAll('#page-own-mine svg path').length") > 2


@needs_chromium
def test_a_telephone_shows_every_page_without_a_bar_below(report: Path) -> None:
    with browser(400, 900) as telephone:
        telephone.call("Emulation.setDeviceMetricsOverride", width=400, height=900, deviceScaleFactor=1, mobile=True)
        telephone.open(report, f"#{PAGES[0].key}")
        for page in PAGES:
            telephone.go(f"#{page.key}")
            assert telephone.run("document.documentElement.scrollWidth") <= 400, page.key


@needs_chromium
@pytest.mark.parametrize(("paper", "width"), [("A4", 8.27), ("Letter", 8.5)])
def test_paper_shows_all_of_every_chart_and_table(report: Path, paper: str, width: float) -> None:
    """With half an inch of margin, 96 points an inch."""
    with browser() as chromium:
        for page in PAGES:
            chromium.open(report, f"#{page.key}")
            before = chromium.run(
                "[...document.querySelectorAll('main > :not([hidden]) .chart svg')].map(s => s.clientWidth)"
            )
            # A window that is made narrow tells its charts so; paper does not.
            chromium.run("addEventListener('resize', told => told.stopImmediatePropagation(), true)")
            chromium.run("dispatchEvent(new Event('beforeprint'))")
            chromium.call("Emulation.setEmulatedMedia", media="print")
            inside = int((width - 1) * 96)
            chromium.call(
                "Emulation.setDeviceMetricsOverride", width=inside, height=900, deviceScaleFactor=1, mobile=False
            )
            assert chromium.run(STICKING_OUT) == [], (paper, page.key)
            assert chromium.run("document.scrollingElement.scrollWidth") <= inside, (paper, page.key)
            assert chromium.run(MADE_SMALLER) == [], "only maps are made smaller, and their texts with them"
            assert chromium.run("getComputedStyle(document.querySelector('nav')).display") == "none"
            assert page.title in chromium.run("document.querySelector('main').innerText"), (
                "paper has no tab that says it"
            )
            chromium.call("Emulation.clearDeviceMetricsOverride")
            chromium.call("Emulation.setEmulatedMedia", media="")
            chromium.until("innerWidth === 1400 && !matchMedia('print').matches")
            chromium.run("dispatchEvent(new Event('afterprint'))")
            after = chromium.run(
                "[...document.querySelectorAll('main > :not([hidden]) .chart svg')].map(s => s.clientWidth)"
            )
            assert after == before and (before or page.key == "quality"), page.key


def test_keys_and_names_reach_everything(chromium: Browser, report: Path) -> None:
    chromium.open(report)
    unnamed = chromium.run(
        "[...document.querySelectorAll('a[href], button, select, summary, input')].filter(e => !(e.textContent.trim() ||"
        " e.getAttribute('aria-label') || e.closest('label')?.textContent.trim())).map(e => e.outerHTML)"
    )
    assert unnamed == []
    doubled = "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, n) => ids.indexOf(id) !== n) })()"
    assert chromium.run(doubled) == []
    drawn = "[...document.querySelectorAll('#page-overview .chart:not([hidden])')].filter(c => c.querySelector('svg'))"
    assert chromium.run(f"{drawn}.length") > 3
    assert chromium.run(f"{drawn}.every(c => c.getAttribute('aria-label')?.length > 5 && c.tabIndex === 0)")
    assert chromium.run("document.querySelector('nav [aria-current]').textContent") == "Overview"


@needs_chromium
@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 400)])
def test_axe_finds_nothing_serious_on_any_page(report: Path, theme: str, width: int) -> None:
    with browser(width) as page:
        page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        page.dark(theme == "dark")
        page.open(report)
        for name in unpacked(report.read_text(encoding="utf-8"))["pages"]:
            page.go(f"#{name}")
            assert page.amiss() == [], name


@needs_chromium
def test_axe_would_find_what_is_serious(report: Path) -> None:
    with browser() as page:
        page.open(report)
        page.run("document.querySelector('select').parentElement.replaceWith(document.querySelector('select'))")
        page.run("document.querySelector('footer').style.color = '#ddd'")
        assert {told[0] for told in page.amiss()} == {"color-contrast", "select-name"}


def test_no_person_is_in_the_report(varied: Path, report: Path) -> None:
    page = report.read_text(encoding="utf-8")
    told = without_runtime(page) + json.dumps(unpacked(page), ensure_ascii=False)
    with duckdb.connect(str(varied), read_only=True, config={"autoload_known_extensions": "false"}) as con:
        rows = con.execute(
            """select unnest([full_name, email, phone, mobile_phone, customer_id, street]) from customers
            union select contact_point from customer_contact_points"""
        ).fetchall()
        # Who sells and who answers is named, and so are places; a customer may be called as one of them is.
        staff = con.execute(
            "select owner_name from deals union select agent_name from tickets union select region from customers"
        ).fetchall()
    named = " | ".join(str(name) for (name,) in staff)
    values = {str(value) for (value,) in rows if value and str(value) not in named}
    assert len(values) > 200
    held = [value for value in values if value in told]  # to be looked at as whole words
    found = [value for value in held if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", told)]
    assert found == []


@needs_chromium
def test_without_a_script_every_page_and_table_is_there(report: Path, varied: Path) -> None:
    with browser() as plain:
        plain.call("Emulation.setScriptExecutionDisabled", value=True)
        plain.call("Page.navigate", url=f"file://{report}")
        plain.until(
            "document.querySelectorAll('main > section').length > 8 && document.querySelector('footer') !== null"
        )
        assert plain.run("[...document.querySelectorAll('main > section')].every(s => s.offsetHeight > 0)")
        assert amounts(plain.table("revenue")) == revenue(varied, "true")
        assert plain.run("document.getElementById('filters').offsetHeight") == 0


@needs_chromium
def test_german_is_german(chromium: Browser, varied: Path, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(build(varied, RUN, AUDITS, Look(language="de", company="Beispiel GmbH")), encoding="utf-8")
    chromium.open(page)
    assert chromium.run("document.documentElement.lang") == "de"
    assert chromium.table("revenue")[0][0] == "Juli 2025"
    assert re.fullmatch(r"[\d.]+\N{NO-BREAK SPACE}EUR", chromium.table("revenue")[0][1])
    assert "Beispiel GmbH" in chromium.run("document.querySelector('h1').textContent")
    assert str(date(2026, 7, 1).year) in chromium.run("document.querySelector('.as-of').textContent")
