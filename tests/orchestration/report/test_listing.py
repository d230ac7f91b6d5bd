"""From a figure of the report to the customers behind it: the same rows, in tables of the built company and in Chromium."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import duckdb
import pytest
import uvicorn

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.lookup import listing
from crm360.orchestration.lookup.pages import Lookup
from crm360.orchestration.report import figures, query
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.relations import RELATIONS
from crm360.orchestration.settings.config import Toml
from tests.orchestration.report.browser import CHROMIUM, browser
from tests.orchestration.report.healthy import RUN

pytestmark = pytest.mark.night

ONE_ROW_EACH = ("customers", "first_purchases", "memberships")  # relations that have a row a customer
LISTED = [key for key, figure in listing.FIGURES.items() if listing.can_be_listed(figure)]


@pytest.fixture(scope="module")
def told(company: Path) -> figures.Read:
    """What the report itself shows."""
    return figures.read(company, RUN.as_of, Look())


@pytest.fixture
def con(company: Path, told: figures.Read) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(company), read_only=True, config={"threads": 2}) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def behind(con: duckdb.DuckDBPyConnection, **asked: str) -> listing.Listed:
    return listing.behind(con, asked, RUN.as_of, Look())


def place(value: Any) -> str:
    return listing.UNKNOWN if value is None else str(value)


@pytest.mark.parametrize("key", [k for k in LISTED if listing.FIGURES[k].relation in ONE_ROW_EACH])
def test_as_many_stand_behind_a_bar_as_it_counts(con: duckdb.DuckDBPyConnection, told: figures.Read, key: str) -> None:
    figure = listing.FIGURES[key]
    measure = RELATIONS[figure.relation].measures[figure.measures[0]].sql
    if not measure.startswith("count("):
        pytest.skip("it is a sum of money")
    assert told.rows[key]
    for row in told.rows[key][:12]:
        at = {f"at{n}": place(row[n]) for n in range(len(figure.axes))}
        assert behind(con, figure=key, **at).count == row[len(figure.axes)], row


@pytest.mark.parametrize("key", LISTED)
def test_every_figure_of_customers_can_be_opened(con: duckdb.DuckDBPyConnection, key: str) -> None:
    relation = RELATIONS[listing.FIGURES[key].relation]
    found = behind(con, figure=key, period="all")
    conditions = query.conditions(listing.FIGURES[key].relation, Look())
    where = f"where {' and '.join(conditions)}" if conditions else ""
    ((most,),) = con.execute(f"select count(distinct {relation.customer}) from {relation.rows} {where}").fetchall()
    assert 0 <= found.count <= most and len(found.customers) == min(found.count, listing.MOST)
    assert sorted(-one.rows for one in found.customers) == [-one.rows for one in found.customers]


def test_filters_period_and_place_narrow_it_as_the_report_does(con: duckdb.DuckDBPyConnection) -> None:
    found = behind(
        con, figure="revenue", period="all", at0="2026-05-01", country="FR", segment="repeat", source="shopify"
    )
    ((expected,),) = con.execute(
        """select count(distinct revenue_entries.customer_id) from revenue_entries join customers using (customer_id)
        where date_trunc('month', booked_at) = '2026-05-01' and customers.country = 'FR' and source = 'shopify'
        and customer_id in (select customer_id from customer_segments
            where dimension = 'customer type' and segment = 'repeat')"""
    ).fetchall()
    assert found.count == expected > 0
    assert found.narrowed == [("country", "FR"), ("segment", "repeat"), ("source", "shopify"), ("Month", "2026-05-01")]
    assert {one.country for one in found.customers} == {"FR"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"figure": "nothing"}, "no such figure"),
        ({}, "no such figure"),
        ({"figure": "retention"}, "no such figure of customers"),
        ({"figure": "revenue", "period": "7"}, "no such period"),
        ({"figure": "revenue", "period": "all", "at0": "2026-05-01' or '1'='1"}, "a month is its first day"),
    ],
)
def test_what_no_report_asks_is_refused(con: duckdb.DuckDBPyConnection, asked: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        behind(con, **asked)


def test_a_value_is_only_a_value(con: duckdb.DuckDBPyConnection) -> None:
    assert behind(con, figure="revenue", period="all", country="FR' or true --").count == 0


@pytest.fixture
def served(company: Path, page: str, tmp_path: Path) -> Iterator[str]:
    """The report and the look-up, as who has the token is shown them."""
    current = tmp_path / "published" / "current"
    (current / "reports").mkdir(parents=True)
    (current / "customer_360.duckdb").symlink_to(company)
    (current / "reports" / "index.html").write_text(page)
    (current / "manifest.json").write_text(json.dumps({"as_of": RUN.as_of.isoformat(), "tables": {}}))
    config: Any = SimpleNamespace(
        published=tmp_path / "published", data=tmp_path, path=tmp_path / "crm360.toml", toml=Toml(sources={})
    )

    async def other(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server = uvicorn.Server(uvicorn.Config(Lookup(other, config, is_guarded=True), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.mark.night
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it")
def test_a_bar_leads_to_the_customers_behind_it(served: str, con: duckdb.DuckDBPyConnection) -> None:
    with browser() as tab:
        tab.call("Page.navigate", url=f"{served}/report")
        tab.until("document.documentElement?.dataset.shown !== undefined")
        tab.go("#customers?country=FR")
        links = tab.run("[...document.querySelectorAll('#t-by_lifecycle a')].map(a => [a.textContent, a.href])")
        assert links, "no row leads anywhere"
        _, href = links[0]
        asked = {key: values[0] for key, values in parse_qs(urlsplit(href).query).items()}
        assert asked["figure"] == "by_lifecycle" and asked["country"] == "FR"
        tab.call("Page.navigate", url=href)
        tab.until("document.readyState === 'complete' && document.querySelector('h2') !== null")
        expected = behind(con, **asked)
        assert expected.count > 0 and tab.run("document.querySelector('h2').textContent").startswith(
            f"{expected.count:,} customer"
        )
        assert tab.run("document.querySelector('tbody a').pathname") == f"/customers/{expected.customers[0].id}"
        tab.call("Page.navigate", url=f"{served}/report/index.html#customers?country=FR")
        tab.until("document.querySelector('#c-by_lifecycle path[aria-roledescription=bar]') !== null")
        bar = "document.querySelector('#c-by_lifecycle path[aria-roledescription=bar]')"
        spot = tab.run(f"(() => {{ {bar}.scrollIntoView(); const b = {bar}.getBoundingClientRect(); "
                        "return [b.x + b.width / 2, b.y + b.height / 2]; })()")  # fmt: skip
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            tab.call("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)
        tab.until("location.pathname === '/list' && document.querySelector('h2') !== null")
        assert "figure=by_lifecycle" in tab.run("location.search")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it")
def test_a_report_that_is_opened_from_disk_leads_to_nobody(page: str, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text(page)
    with browser() as tab:
        tab.open(file, "#customers")
        assert tab.run("document.querySelectorAll('tbody a[href^=\"/list\"], .tile a').length") == 0


@pytest.mark.night
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it")
def test_axe_finds_nothing_serious_on_the_pages_of_serve(served: str, con: duckdb.DuckDBPyConnection) -> None:
    def one(sql: str) -> Any:
        return con.execute(sql).fetchall()[0][0]

    customer = one("select max_by(customer_id, count_of_purchases + count_of_tickets) from customer_360")
    company, name = one("select min(account_id) from companies"), one("select min(full_name) from customers")
    addresses = ("/customers", f"/customers?q={quote(name)}", f"/customers/{customer}", f"/companies/{company}",
                 "/list?figure=by_lifecycle", "/report/index.html")  # fmt: skip
    with browser() as tab:
        for theme in ("light", "dark"):
            tab.dark(theme == "dark")
            for address in addresses:
                tab.call("Page.navigate", url=served + address)
                tab.until(
                    f"document.readyState === 'complete' && location.pathname === {json.dumps(urlsplit(address).path)}"
                )
                assert tab.run("document.querySelectorAll('h1, h2').length") > 0, address
                assert tab.amiss() == [], (address, theme)
