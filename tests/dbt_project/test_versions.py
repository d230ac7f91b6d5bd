"""The newest version of each record, whatever the batches' order, their number, and the clock of the machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from .conftest import Compiled, landed

pytestmark = pytest.mark.night

CONTACT = {"properties": {"email": "ann@mail.example", "firstname": "Ann", "lastname": "Lee", "phone": "+49 30 901820"}}
ORDER = {
    "createdAt": "2026-03-29T01:30:00+01:00",
    "customer": {"id": "gid://shopify/Customer/5"},
    "totalPriceSet": {"shopMoney": {"amount": "12.50", "currencyCode": "EUR"}},
    "lineItems": {"nodes": [{"id": "1", "quantity": 2, "originalUnitPriceSet": {"shopMoney": {"amount": "6.25"}}}]},
}
CUSTOMER = {"firstName": "Ann", "lastName": "Lee", "defaultEmailAddress": {"emailAddress": "ANN@mail.example"}}
TABLES = ["int_contacts_unioned", "int_orders_unioned", "int_order_lines_unioned", "int_customer_ids_assigned"]
TABLES += ["int_golden_records"]


def night() -> dict[str, list[dict[str, Any]]]:
    """Records with late, tied, deleted and revived versions, and times on days on which clocks change."""
    dst = {"createdAt": "2026-11-01T01:30:00-04:00", "updatedAt": "2024-02-29T23:59:59.999Z"}
    return {
        "hubspot.contacts": [
            landed("1", CONTACT),
            landed("1", {**CONTACT, **dst}, changed_at="2026-06-05 00:00:00", batch_id="b2"),
            landed("1", CONTACT, changed_at="2026-05-01 00:00:00", batch_id="b3", extracted_at="2026-07-03 02:00:00"),
            landed("2", CONTACT),
            landed("2", {**CONTACT, "createdAt": "2026-03-08 02:30:00"}, batch_id="b2"),
            landed("3", CONTACT),
            landed("3", changed_at="2026-06-02 00:00:00", merged_into="1", batch_id="b2"),
            landed("4", CONTACT),
            landed("4", batch_id="b2"),
            landed("4", CONTACT, batch_id="b3"),
        ],
        "shopify.customers": [landed("5", CUSTOMER, source="shopify")],
        "shopify.orders": [
            landed("7", {**ORDER, "lineItems": {"nodes": [{"id": "9", "quantity": 1}]}}, source="shopify"),
            landed("7", ORDER, source="shopify", changed_at="2026-06-03 00:00:00", batch_id="b2"),
        ],
    }


def contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """All rows of the tables, as text, in order."""
    return {
        table: sorted(repr(row) for row in con.execute(f"select * from intermediate.{table}").fetchall())
        for table in TABLES
    }


@pytest.fixture(scope="module")
def truth(project: Compiled) -> dict[str, list[str]]:
    return contents(project.build(TABLES, night()))


def test_the_night_is_as_expected(project: Compiled) -> None:
    con = project.build(TABLES, night())
    contacts = (
        "select contact_id, created_at::text, is_deleted, merged_into from intermediate.int_contacts_unioned order by 1"
    )
    assert con.execute(contacts).fetchall() == [
        ("hubspot:1", "2026-11-01 05:30:00", False, None),
        ("hubspot:2", "2026-03-08 02:30:00", False, None),
        ("hubspot:3", None, True, "hubspot:1"),
        ("hubspot:4", None, False, None),
        ("shopify:5", None, False, None),
    ]
    orders = "select order_id, ordered_at::text, total_amount::text from intermediate.int_orders_unioned"
    assert con.execute(orders).fetchall() == [("shopify:7", "2026-03-29 00:30:00", "12.5000")]
    assert con.execute("select count(distinct customer_id) from intermediate.int_golden_records").fetchall() == [(1,)]


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4])
def test_the_order_of_batches_does_not_matter(project: Compiled, truth: dict[str, Any], seed: int) -> None:
    shuffled: dict[str, Sequence[dict[str, Any]]] = {}
    for name, rows in night().items():
        # Row order stands in for file order: DuckDB reads the files of a stream one after the other.
        shuffled[name] = random.Random(seed).sample(rows, len(rows))
    assert contents(project.build(TABLES, shuffled)) == truth


def test_a_batch_read_three_times_changes_nothing(project: Compiled, truth: dict[str, Any]) -> None:
    assert contents(project.build(TABLES, {name: rows * 3 for name, rows in night().items()})) == truth


def test_a_tie_in_everything_is_settled_by_the_content(project: Compiled) -> None:
    tied = [landed("1", {"properties": {"firstname": name}}) for name in ("Ann", "Bob", "Cleo")]
    names = set()
    for seed in range(6):
        given = {"hubspot.contacts": random.Random(seed).sample(tied, 3)}
        con = project.build(["int_contacts_unioned"], given)
        names |= set(con.execute("select first_name from intermediate.int_contacts_unioned").fetchall())
    assert len(names) == 1
