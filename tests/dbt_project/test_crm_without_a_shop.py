"""A company with a CRM and no shop has buyers: who won a deal has a type, an RFM score, a value, revenue and a region."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from .conftest import Compiled, landed


def contact(number: int) -> dict[str, Any]:
    properties = {
        "firstname": f"Name{number}", "lastname": f"Person{number}", "email": f"p{number}@firm{number}.example",
        "country": "Germany", "city": "Ulm",
    }  # fmt: skip
    return landed(str(number), {"createdAt": "2025-01-01T00:00:00Z", "properties": properties})


def deal(number: int, person: int, amount: str, closed: str | None, stage: str = "closedwon") -> dict[str, Any]:
    properties = {
        "dealname": f"Deal for {person}", "amount": amount, "deal_currency_code": "EUR", "pipeline": "default",
        "dealstage": stage, "closedate": closed, "hs_is_closed": str(stage != "open").lower(),
        "hs_is_closed_won": str(stage == "closedwon").lower(),
    }  # fmt: skip
    links = {"contacts": {"results": [{"id": str(person)}]}}
    return landed(str(number), {"createdAt": "2025-06-01T00:00:00Z", "properties": properties, "associations": links})


@pytest.fixture(scope="module")
def hubspot_alone(project: Compiled) -> duckdb.DuckDBPyConnection:
    deals = [
        deal(1, 1, "50000", "2026-05-01T00:00:00Z"), deal(2, 1, "60000", "2026-06-01T00:00:00Z"),
        deal(3, 1, "70000", "2026-06-20T00:00:00Z"), deal(4, 2, "9000", "2025-02-01T00:00:00Z"),
        deal(5, 3, "8000", "2026-06-01T00:00:00Z", "closedlost"), deal(6, 3, "7000", None, "open"),
        deal(7, 3, "5000", "2026-07-09T00:00:00Z"),
    ]  # fmt: skip
    given = {"hubspot.contacts": [contact(n) for n in (1, 2, 3)], "hubspot.deals": deals}
    targets = ["customer_360", "customer_rfm", "customer_value", "revenue_by_month", "customers_by_region"]
    return project.build([*targets, "retention_by_month", "segment_summary", "transactions"], given)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_who_won_a_deal_is_a_buyer_and_who_lost_one_is_none(hubspot_alone: duckdb.DuckDBPyConnection) -> None:
    told = rows(
        hubspot_alone,
        "select full_name, count_of_purchases, count_of_orders, net_revenue::int, days_since_last_purchase, "
        "first_purchase_at::date::text from marts.customer_360 order by 1",
    )
    assert told == [
        ("Name1 Person1", 3, 0, 180_000, 11, "2026-05-01"),
        ("Name2 Person2", 1, 0, 9_000, 515, "2025-02-01"),
        # A win dated after as_of has not happened yet.
        ("Name3 Person3", 0, 0, 0, None, None),
    ]


def test_types_and_tiers_rest_on_deals_won(hubspot_alone: duckdb.DuckDBPyConnection) -> None:
    types = rows(
        hubspot_alone,
        "select full_name, dimension, segment from marts.customer_segments join marts.customers using (customer_id) "
        "where dimension in ('customer type', 'value tier', 'lifecycle risk') order by all",
    )
    by_person = {name: {segment for who, _, segment in types if who == name} for name, _, _ in types}
    assert {"repeat", "high-value", "active"} <= by_person["Name1 Person1"]
    assert {"one-time", "lost"} <= by_person["Name2 Person2"] and "repeat" not in by_person["Name2 Person2"]
    assert by_person["Name3 Person3"] == {"prospect"}


def test_rfm_value_revenue_and_regions_rest_on_deals_won(hubspot_alone: duckdb.DuckDBPyConnection) -> None:
    con = hubspot_alone
    assert rows(con, "select frequency, monetary_value::int, recency_days from marts.customer_rfm order by 1") == [
        (1, 9_000, 515), (3, 180_000, 11),
    ]  # fmt: skip
    assert rows(con, "select historic_value::int, count_of_repeats from marts.customer_value order by 1") == [
        (9_000, 0), (180_000, 2),
    ]  # fmt: skip
    assert rows(con, "select month::text, net_revenue::int, count_of_purchases from marts.revenue_by_month order by 1") == [
        ("2025-02-01", 9_000, 1), ("2026-05-01", 50_000, 1), ("2026-06-01", 130_000, 2),
    ]  # fmt: skip
    assert rows(con, "select net_revenue::int, count_of_buyers from marts.customers_by_region") == [(189_000, 2)]
    assert rows(con, "select sum(count_of_new_customers), sum(net_revenue)::int from marts.retention_by_month") == [
        (2, 189_000)
    ]
