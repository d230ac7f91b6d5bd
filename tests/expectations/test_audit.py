"""The loop fails closed, lets a table be empty only when nothing feeds it, and leaves nothing behind."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import great_expectations.expectations as gxe
import pytest

from crm360.expectations import audit as auditing
from crm360.expectations import suites
from crm360.expectations.audit import audit, least_rows, looks_at
from crm360.expectations.suite import Suite, no_rows, rows
from crm360.orchestration.run.audit import NEEDED_DAYS
from crm360.orchestration.settings.macros import Macros

from .conftest import HEALTHY

Damage = Callable[..., Path]
ORDERS = Suite("orders", (rows(),), may_be_empty_if=("orders", "invoices"))


def verdict(warehouse: Path, suite: Suite | None) -> tuple[bool, str]:
    (result,) = audit(warehouse, ["orders"], HEALTHY, {"orders": suite} if suite else {})
    return result.success, result.reason


@pytest.mark.parametrize(
    ("suite", "words"),
    [
        (None, "it has no suite"),
        (Suite("orders", ()), "its suite is empty"),
        (Suite("orders", (gxe.ExpectColumnValuesToNotBeNull(column="order_id"),)), "does not begin with a row count"),
        (Suite("orders", (rows(), no_rows("nonsense", "select nonsense from {batch}"))), "could not be run"),
        (Suite("orders", (rows(), gxe.ExpectColumnValuesToBeBetween(column="order_id", min_value=1))), "not so"),
    ],
)
def test_what_cannot_be_checked_has_failed(healthy: Path, suite: Suite | None, words: str) -> None:
    success, reason = verdict(healthy, suite)
    assert not success
    assert words in reason


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 400])
def test_a_warehouse_that_cannot_be_opened_fails_every_table(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "warehouse.duckdb"
    if content is not None:
        path.write_bytes(content)
    results = audit(path, ["orders", "customers"], HEALTHY)
    assert [result.success for result in results] == [False, False]
    assert all(result.reason for result in results)


@pytest.mark.parametrize(
    ("landed", "passes"),
    [
        ({}, False),
        ({"orders": 0}, False),
        ({"orders": 0, "invoices": 1}, False),
        ({"orders": 7, "invoices": 0}, False),
        ({"orders": 0, "invoices": 0}, True),
    ],
)
def test_a_table_may_be_empty_only_if_nothing_feeds_it(damaged: Damage, landed: dict[str, int], passes: bool) -> None:
    (result,) = audit(
        damaged("delete from marts.orders"), ["orders"], replace(HEALTHY, landed=landed), {"orders": ORDERS}
    )
    assert result.success is passes
    assert result.rows == 0


def emptied(warehouse: Path, table: str) -> tuple[str, ...]:
    """What leaves a table of schema intermediate without rows, or a view."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        view = con.execute("select 1 from duckdb_views() where view_name = ?", [table]).fetchall()
    if not view:
        return (f"delete from intermediate.{table}",)
    made = f"create table intermediate.{table}_made as from intermediate.{table} limit 0"
    return made, f"drop view intermediate.{table}", f"alter table intermediate.{table}_made rename to {table}"


def test_a_company_without_shop_desk_or_campaigns_passes_with_empty_tables(healthy: Path, damaged: Damage) -> None:
    tables = (
        "orders",
        "order_lines",
        "tickets",
        "deals",
        "campaign_performance",
        "service_performance",
        "transactions",
        "revenue_by_month",
        "revenue_entries",
        "rejections",
        "customer_timeline",
    )
    entities = ("orders", "known_orders", "order_lines", "tickets", "deals", "campaigns", "email_events", "surveys")
    warehouse = damaged(
        *(f"delete from marts.{table}" for table in tables),
        *(
            statement
            for entity in ("orders", "order_lines", "tickets", "deals", "campaigns")
            for statement in emptied(healthy, f"int_{entity}_unioned")
        ),
        "delete from intermediate.int_orders_priced",
        "delete from marts.campaign_costs_by_day",
    )
    facts = replace(HEALTHY, landed=dict.fromkeys(entities, 0), rejected=0)
    assert [(result.table, result.reason) for result in audit(warehouse, tables, facts)] == [
        (table, "") for table in tables
    ]


@pytest.mark.parametrize(
    ("suite", "before", "least"),
    [
        (Suite("t", (), may_be_empty_if=("orders",)), 100, 70),
        (Suite("t", ()), 101, 71),
        (Suite("t", ()), 0, 1),
        (Suite("t", ()), 19, 1),
        (Suite("t", (), may_shrink=True), 1000, 1),
        (Suite("t", (), may_be_empty_because="so it is"), 1000, 0),
    ],
)
def test_a_table_that_shrinks_too_much_has_failed(suite: Suite, before: int, least: int) -> None:
    assert least_rows(suite, replace(HEALTHY, previous={"t": before})) == least


def test_forty_percent_fewer_orders_are_blocked(healthy: Path) -> None:
    with duckdb.connect(str(healthy), read_only=True) as con:
        ((orders,),) = con.execute("select count(*) from marts.orders").fetchall()
    facts = replace(HEALTHY, previous={"orders": orders * 10 // 6})
    (result,) = audit(healthy, ["orders"], facts)
    assert not result.success
    assert f"at least {least_rows(suites.load()['orders'], facts)} rows" in result.reason


def test_a_warning_does_not_block(healthy: Path) -> None:
    mild = gxe.ExpectColumnValuesToBeInSet(column="status", value_set=["none"], severity="warning")
    assert verdict(healthy, Suite("orders", (rows(), mild), personal=suites.load()["orders"].personal)) == (True, "")


def test_the_warehouse_is_free_for_a_writer_when_the_audit_has_ended(damaged: Damage) -> None:
    warehouse = damaged()
    before = warehouse.read_bytes()
    assert audit(warehouse, ["orders"], HEALTHY)[0].success
    assert warehouse.read_bytes() == before
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create table marts.free as select 1 as i")


def test_nothing_is_sent_and_nothing_is_printed_or_logged(
    damaged: Damage,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    broken = damaged("alter table marts.tickets alter created_at type text using subject")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the audit wanted the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    segments, tickets = audit(broken, ["customer_segments", "tickets"], HEALTHY)
    assert segments.success and not tickets.success
    assert capfd.readouterr() == ("", "")
    assert "Question" not in caplog.text


# A result stands while its table does -------------------------------------------------------------------------------


class Judged(list[str]):
    """Which tables were judged, and not taken from the results of before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        judges = auditing.audit_table

        def noting(source: object, table: str, *told: object) -> object:
            self.append(table)
            return judges(source, table, *told)  # type: ignore[arg-type]

        monkeypatch.setattr(auditing, "audit_table", noting)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    return Judged(monkeypatch)


def test_what_passed_and_is_the_same_is_not_judged_again(healthy: Path, judged: Judged) -> None:
    first = audit(healthy, ["orders", "tickets"], HEALTHY)
    again = audit(healthy, ["orders", "tickets"], HEALTHY, before={r.table: r for r in first})
    assert again == first and judged == ["orders", "tickets"]


def test_what_changed_or_failed_or_shrank_is_judged(healthy: Path, damaged: Damage, judged: Judged) -> None:
    first = {r.table: r for r in audit(healthy, ["orders", "tickets"], HEALTHY)}
    judged.clear()
    changed = damaged("update marts.orders set order_id = order_id || 'x'")
    assert audit(changed, ["orders"], HEALTHY, before=first) and judged == ["orders"]
    judged.clear()
    failed = {"orders": replace(first["orders"], success=False), "tickets": replace(first["tickets"], fingerprint="")}
    assert all(r.success for r in audit(healthy, ["orders", "tickets"], HEALTHY, before=failed))
    assert judged == ["orders", "tickets"]
    judged.clear()
    rows_before = first["orders"].rows
    assert rows_before is not None
    shrunk = replace(HEALTHY, previous={"orders": 100 * rows_before})
    (result,) = audit(healthy, ["orders"], shrunk, before=first)
    assert judged == ["orders"] and not result.success


@pytest.mark.parametrize(
    ("query", "looks"),
    [
        ("select 1 from {batch} where order_id is null", False),
        ("select 1 from {batch}, audit_facts where ordered_on > as_of", False),
        ("select 1 from marts.data_quality", True),
        ("select 1 from {batch} where ordered_at > now()", True),
        ("select 1 from {batch} where ordered_on > current_date", True),
        ("select 1 from landing.batches", True),
        ("select 1 from read_parquet('x')", True),
    ],
)
def test_a_rule_that_looks_elsewhere_is_known(query: str, looks: bool) -> None:
    suite = Suite("orders", (rows(), no_rows("it holds", query)))
    assert looks_at(suite, {"data_quality"}) == looks
    other = gxe.ExpectTableRowCountToEqualOtherTable(other_table_name="customers")
    assert looks_at(Suite("orders", (rows(), other)), set())


@pytest.mark.parametrize(
    ("undated", "words"),
    [
        (
            {"orders": (2431, "ordered_at")},
            "all 2,431 orders have no date that can be read and were left out: map the column",
        ),
        ({"invoices": (1, "issued_at")}, "the only one of invoices has no date that can be read and was left out"),
        ({"tickets": (7, "created_at")}, "not so: the table has at least 1 rows"),
    ],
)
def test_an_empty_table_says_that_all_that_feeds_it_lacks_a_date(
    tmp_path: Path, undated: dict[str, tuple[int, str]], words: str
) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts; create table marts.orders (order_id text, total_amount int)")
    facts = replace(HEALTHY, landed={"orders": 2431, "invoices": 0}, undated=undated)
    (result,) = audit(path, ["orders"], facts, {"orders": ORDERS})
    assert not result.success
    assert words in result.reason


def test_what_needs_a_day_is_what_the_models_leave_out_without_one() -> None:
    rules = Macros({"as_of": "2026-07-01"}, scope={"ref": str}).call("rules_of_bad_input")
    left_out = {
        rule[2].removeprefix("int_").removesuffix("_unioned"): rule[4].removesuffix(" is null")
        for rule in rules
        if rule[0].endswith("without a date") and rule[1] == "left out"
    }
    assert left_out == {entity: day for entity, (day, _) in NEEDED_DAYS.items()}
