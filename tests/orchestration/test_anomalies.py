"""Figures that are far off what they were: found where they are, not where they are not, told, and held back where that is set."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.alerts import causes
from crm360.orchestration.catalog import ledger
from crm360.orchestration.catalog.build import Build
from crm360.orchestration.figures import anomalies, expected, figures
from crm360.orchestration.run.facts import SourceFacts
from crm360.orchestration.settings.config import Config, load
from tests.orchestration.conducting import TOML, company
from tests.orchestration.running import Small

TODAY = date(2026, 7, 1)


def one(values: list[float | None], figure: str = "rows", sensitivity: float = 5.0) -> tuple[float, float, float]:
    """What is expected today of a figure with these values on the days before, the last one yesterday's."""
    days = np.array([TODAY.toordinal() - len(values) + n for n in range(len(values))])
    row = np.array([[np.nan if v is None else v for v in values]])
    found = expected.ranges(days, row, TODAY.toordinal(), figure, sensitivity)
    return float(found.expected[0]), float(found.low[0]), float(found.high[0])


def test_nothing_is_expected_of_fewer_than_five_days() -> None:
    assert all(np.isnan(one([100.0] * 4))) and not any(np.isnan(one([100.0] * 5)))
    assert all(np.isnan(one([None, 100.0, 100.0, None, 100.0, 100.0])))


def test_a_trend_is_followed_and_one_bad_day_bends_nothing() -> None:
    line = [1000.0 + 10 * n for n in range(30)]
    assert one(line)[0] == pytest.approx(1300)
    line[20] = 3.0
    middle, low, high = one(line)
    assert middle == pytest.approx(1300, abs=2) and low > 1000 and high < 1600


def test_a_weekday_counts_once_four_are_known() -> None:
    shop = [1000.0 if (TODAY.toordinal() - 35 + n) % 7 != TODAY.toordinal() % 7 else 100.0 for n in range(35)]
    assert one(shop, "received")[0] == pytest.approx(100, abs=5)  # today is the day on which it is closed
    assert one(shop[-20:], "received")[0] == pytest.approx(1000, abs=20)  # two of them are no rule yet


def test_the_first_weeks_bound_widely_and_small_counts_stray() -> None:
    assert np.diff(one([1000.0] * 5)[1:])[0] == pytest.approx(2 * np.diff(one([1000.0] * 5, sensitivity=2.5)[1:])[0])
    assert np.diff(one([1000.0] * 5)[1:])[0] > 1.7 * np.diff(one([1000.0] * 50)[1:])[0]
    _, low, high = one([3.0] * 30)
    assert low == 0 and 8 < high < 10, "a table of three rows may have eight"
    _, low, high = one([0.0] * 30, "null_share")
    assert low == 0 and 0.02 < high < 0.04
    assert one([0.99] * 30, "null_share")[2] == 1


def test_healthy_figures_are_let_be_and_broken_ones_are_found() -> None:
    """Two thousand figures of sixty days with trends, weekdays, noise and bad days; half of each is lost, or doubled."""
    draw = np.random.default_rng(7)
    n, days = 2000, 60
    level, slope = draw.lognormal(7, 1, n), draw.normal(0, 0.004, n)
    week = draw.normal(1, 0.15, (n, 7))
    at = np.arange(days + 1)
    ordinals = TODAY.toordinal() - days + at
    mean = level[:, None] * (1 + slope[:, None] * at) * week[:, ordinals % 7]
    told = draw.poisson(np.maximum(mean * draw.normal(1, 0.03, mean.shape), 0)).astype(float)
    told[:, :-1][draw.random((n, days)) < 0.05] *= 4
    found = expected.ranges(ordinals[:-1], told[:, :-1], TODAY.toordinal(), "received", 5.0)
    now = told[:, -1]
    assert ((now < found.low) | (now > found.high)).mean() < 0.002
    large = level > 500
    assert (now * 0.4 < found.low)[large].mean() > 0.99 and (now * 2 > found.high)[large].mean() > 0.99


# Measured out of a warehouse -------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Config:
    company(tmp_path)
    (tmp_path / "data").mkdir()
    return load(tmp_path / "crm360.toml", tmp_path / "data")


def night(
    config: Config, day: int, rows: int = 100, nulls: int = 10, received: int = 50, publish: bool = True
) -> list[dict[str, Any]]:
    """Build a table, measure it, and publish: which here is to append to the ledger."""
    at = datetime(2026, 6, 1, 2) + timedelta(days=day)
    with duckdb.connect(str(config.warehouse)) as con:
        con.execute(
            "create schema if not exists marts; create schema if not exists crm360; create schema if not exists ledger"
        )
        con.execute("create schema if not exists intermediate")
        con.execute(
            f"create or replace table marts.orders as select i as order_id, case when i >= {nulls} then (i % 10)::decimal(9, 2) end as total, "
            f"i % 2 = 0 as is_even, [i] as list, 'x' as word from range({rows}) as r(i)"
        )
        for table, book in figures.MADE_OF.items():
            con.execute(f"create or replace view ledger.{book.name} as {ledger.ledger_view(config.ledger, book)}")
            con.execute(f"create or replace table marts.{table} as select * exclude version from ledger.{book.name}")
    facts = SourceFacts("shop", "orders", "fresh", received=received)
    idle = SourceFacts("desk", "people", "stale", received=7)
    found = anomalies.find(config, Build(f"b{day}", f"r{day:03}", at.date(), at, (facts, idle)))
    if publish:
        for number, book in enumerate(figures.MADE_OF.values()):
            ledger._append(config.ledger, config.warehouse, at, f"r{day:03}", book)
            assert number < 2
    return found


def test_a_history_is_kept_and_what_is_off_is_found(config: Config) -> None:
    for day in range(8):
        assert night(config, day, rows=100 + day) == []
    assert len(ledger.versions(config.ledger, ledger.RUN_FIGURES)) == 8
    found = night(config, 8, rows=40, nulls=20, received=500)
    told = {(f["subject"], f["figure"]) for f in found}
    assert {("orders", "rows"), ("orders.total", "null_share"), ("shop/orders", "received")} <= told
    assert not [f for f in found if f["column_name"] in ("is_even", "word")] and not [
        f for f in found if f["source"] == "desk"
    ]
    said = anomalies.sentences(found)
    assert (
        said["orders"].startswith("rows 40, expected ")
        and "null_share of total far above what it was" in said["orders"]
    )
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        ((runs, subjects),) = con.execute(
            "select count(distinct run_id), count(distinct subject) from marts.run_history"
        ).fetchall()
        ((mean, share, distinct),) = con.execute(
            "select mean, null_share, distinct_values from marts.run_history where subject = 'orders.total' and run_id = 'r000'"
        ).fetchall()
        assert con.execute("select count(*), any_value(treatment) from marts.anomalies").fetchall() == [
            (len(found), "warn")
        ]
    assert (runs, subjects) == (9, 8) and (mean, share, distinct) == (4.5, 0.1, 10)
    night(config, 8, rows=40, nulls=20, received=500)  # audited again: nothing is there twice, in table or ledger
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        assert con.execute(
            "select max(n) from (select count(*) as n from marts.run_history group by run_id, subject)"
        ).fetchall() == [(1,)]
    assert len(ledger.versions(config.ledger, ledger.RUN_FIGURES)) == 9


def test_what_is_ignored_or_switched_off_is_not_told(config: Config) -> None:
    for day in range(6):
        night(config, day)
    toml = config.path
    for said, subjects in (
        ('ignore = ["orders", "orders.*"]', {"shop/orders"}),
        ('ignore = ["*"]', set()),
        ('action = "off"', set()),
        ("sensitivity = 1000.0", set()),
    ):
        toml.write_text(TOML + f"[anomalies]\n{said}\n")
        found = night(load(toml, config.data), 6, rows=10, received=900, publish=False)
        assert {f["subject"] for f in found} == subjects, said
    for wrong in ("sensitivity = 0.0", "weeks = 0", 'action = "shout"'):
        toml.write_text(TOML + f"[anomalies]\n{wrong}\n")
        with pytest.raises(ConfigError):
            load(toml, config.data)


def test_a_run_is_held_back_alerts_and_goes_out_once_somebody_has_said_that_it_is_right(small: Small) -> None:
    """Five nights are put into the ledger; the sixth has five times as many orders."""
    assert small.crm360("run").code == 0
    path, _ = ledger.versions(small.data / "ledger", ledger.RUN_FIGURES)[0]
    for n in range(1, 6):
        warehouse = small.folder / f"old{n}.duckdb"
        with duckdb.connect(str(warehouse)) as con:
            con.execute("create schema crm360")
            con.execute(
                f"create table crm360.run_figures as select * exclude version replace ('old{n}' as run_id, "
                f"measured_at - to_days({n}) as measured_at, as_of - {n} as as_of) from read_parquet('{path}')"
            )
        ledger._append(small.data / "ledger", warehouse, datetime(2026, 7, 1), f"old{n}", ledger.RUN_FIGURES)
    toml = small.folder / "crm360.toml"
    toml.write_text(toml.read_text() + '[anomalies]\naction = "hold"\n')
    (small.folder / "orders.csv").write_text("id,total\n1,5.00\n2,7.50\n" + "".join(f"{n},5.00\n" for n in range(3, 200)))
    held = small.crm360("run")
    assert held.code == 1 and "figures are far off what they were, in " in held.error and "purchases" in held.error
    assert "anomaly purchases: rows 199, expected 0 to " in held.out and small.record.outcome != "published"
    config = load(toml, small.data)
    found = {c.key for c in causes.find(config, datetime(2026, 7, 2))}
    assert {"anomaly:purchases", "not_published"} <= found
    toml.write_text(toml.read_text().replace('"hold"', '"warn"'))
    told = small.crm360("retry", "--json")
    assert (
        told.code == 0
        and json.loads(told.out)["run"]["outcome"] == "published"
        and small.manifest["tables"]["purchases"]["rows"] == 199
    )
