"""Places: what lies where is known or is not said; the maps count who is not on them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.report import build, places
from crm360.orchestration.report.look import Look
from tests.orchestration.report.browser import CHROMIUM, browser
from tests.orchestration.report.healthy import AUDITS, RUN, changed

REGIONS = (
    ("DE", "Bayern", "München", 10),
    ("US", None, "Portland", 7),  # one in Oregon, one in Maine
    ("DE", None, "Nirgendheim", 6),
    ("FR", "Île-de-France", "Paris", 4),
    ("DE", None, None, 9),
)


@pytest.mark.parametrize(
    ("country", "region", "city", "point"),
    [
        ("DE", "Bayern", "München", (11.57, 48.13)),
        ("DE", "", "munich", (11.57, 48.13)),
        ("AT", "", "WIEN", (16.37, 48.2)),
        ("FR", "", "Saint-Étienne", (4.38, 45.43)),
        ("FR", "", "St Etienne", None),
        ("DE", "NW", "Köln", (6.95, 50.93)),  # a region that the list does not have says nothing
        ("DE", "Hessen", "Köln", None),  # one that it has for another place contradicts
        ("US", "", "Portland", None),
        ("US", "Maine", "Portland", (-70.25, 43.67)),
        ("GB", "", "Paris", None),
        ("", "", "Paris", None),
        ("DE", "", "", None),
        ("DE", "", "'; drop table x", None),
    ],
)
def test_a_city_lies_where_exactly_one_is_known(
    country: str, region: str, city: str, point: tuple[float, float] | None
) -> None:
    place = (country, region, city)
    found = places.found([place])
    assert found.get(place) == point and found.keys() <= {place}


def test_every_outline_is_a_country_and_every_coordinate_is_on_earth() -> None:
    assert len(places.drawn()) > 220 and all(len(code) == 2 and code.isupper() for code in places.drawn())
    assert {"DE", "FR", "NO", "MT", "SG", "TW", "XK"} <= places.drawn()
    known, _ = places.known_places()
    points = [point for there in known.values() for point in there]
    assert len(set(points)) > 7_000 and all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points)


@pytest.mark.night
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it")
@pytest.mark.night
def test_the_maps_show_who_can_be_placed_and_count_the_others(company: Path, tmp_path: Path) -> None:
    told = ", ".join(f"({', '.join('null' if part is None else repr(part) for part in row)})" for row in REGIONS)
    data = changed(
        company,
        tmp_path,
        "delete from customers_by_region",
        f"insert into customers_by_region (country, region, city, count_of_customers) values {told}",
        "update customer_360 set country_code = case when customer_id < 'c_8' then 'FR' when customer_id < 'c_c' then 'XX' end",
    )
    page = tmp_path / "index.html"
    page.write_text(build(data, RUN, AUDITS, Look()), encoding="utf-8")
    with duckdb.connect(str(data), read_only=True) as con:
        sql = "select count(*) filter (where country_code = 'FR'), count(*) from customer_360"
        ((french, all_of_them),) = con.execute(sql).fetchall()
    assert 0 < french < all_of_them
    with browser() as tab:
        tab.open(page, "#places")
        assert f"on the map: {french:,} of {all_of_them:,}" in tab.run(
            "document.getElementById('n-country_map').textContent"
        )
        assert "on the map: 10 of 32" in tab.run("document.getElementById('n-city_map').textContent")
        assert tab.run("document.getElementById('v-small_places').textContent") == "4"
        circles = "[...document.querySelectorAll('#c-city_map .mark-symbol.layer_1_marks path')].map(p => p.getAttribute('aria-label'))"
        (label,) = tab.run(circles)
        assert "München" in label and "10" in label
        shaded = "document.querySelectorAll('#c-country_map .layer_1_marks path').length"
        assert tab.run(shaded) == 1
        assert tab.run("document.querySelectorAll('#c-country_map .layer_0_marks path').length") > 200
        assert next(row[:3] for row in tab.table("city_map")) == ["Germany", "Bayern", "München"]
        assert tab.said == []
