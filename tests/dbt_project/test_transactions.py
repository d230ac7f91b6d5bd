"""Which records tell of one transaction, and what then counts: tables by hand, with the right answer worked out by hand.

as_of is 1 July 2026. A transaction is named by the record that speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Compiled
from .models import Models

TOLD = (
    "kind text, record_id text, source text, name text, customer_id text, account_id text, happened_at timestamp, "
    "total_amount decimal(18, 4), net_amount decimal(18, 4), stated_order_id text, is_sale boolean, "
    "is_correction boolean, currency text, reference_key text, telling_id text, system text, preference bigint, "
    "order_kind text, exchange_rate decimal(24, 8), gross_revenue decimal(18, 4), tax_revenue decimal(18, 4), "
    "shipping_revenue decimal(18, 4), refunded_revenue decimal(18, 4), net_revenue decimal(18, 4), "
    "discount_value decimal(18, 4), disputed_revenue decimal(18, 4), repaid_revenue decimal(18, 4)"
)
RANKS = {"order": 0, "invoice": 10_000, "deal": 20_000}
SOURCES = ["shop", "erp", "till", "bank", "crm", "sync"]


@pytest.fixture
def models(project: Compiled) -> Iterator[Models]:
    made = Models(project)
    yield made
    made.con.close()


def told(
    kind: str, record: str, customer: str | None, day: str, amount: float, *, net: float | None = None,
    account: str | None = None, number: str | None = None, order: str | None = None, currency: str = "EUR",
    is_sale: bool = True, disputed: float = 0, repaid: float = 0,
) -> tuple[Any, ...]:  # fmt: skip
    """One record that tells of a transaction; `record` is '<source>:<id>', a correction has a negative amount."""
    source = record.split(":")[0]
    value = amount if net is None else net
    counted = value if is_sale or amount < 0 else 0
    return (
        kind, record, source, number, customer, account, day, amount, value, order, is_sale and amount >= 0, amount < 0,
        currency, number, f"{kind} {record}", f"{source} {kind}", RANKS[kind] + SOURCES.index(source), "sale", 1,
        counted and amount, 0, 0, 0, counted, 0, disputed, repaid,
    )  # fmt: skip


def transactions(models: Models, *records: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """(transaction, who tells of it, how they were matched, net revenue), in the order of the transactions' names."""
    models.given("intermediate.int_transactions_told", TOLD, *records)
    models.build("int_transactions_matched", "int_transactions_returned", "int_purchases")
    return models.rows(
        "select transaction_id, told_by, matched_by, net_revenue from intermediate.int_purchases order by 1"
    )


def test_an_invoice_that_states_its_order_is_that_order(models: Models) -> None:
    assert transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 119, net=100),
        # Two parts of one order, each paid: other amounts, other days, and the same transaction.
        told("invoice", "bank:1", "c_1", "2026-05-01", 60, order="shop:1"),
        told("invoice", "bank:2", None, "2026-06-25", 59, order="shop:1"),
        told("invoice", "bank:3", "c_1", "2026-05-01", 119, order="shop:9"),
    ) == [
        ("invoice bank:3", "bank invoice", None, 119.0),
        ("order shop:1", "shop order; bank invoice; bank invoice", "stated order", 100.0),
    ]


def test_the_same_number_is_the_same_order_of_one_customer(models: Models) -> None:
    assert transactions(
        models,
        # The ERP imports a shop's order days later, without its shipping.
        told("order", "shop:1", "c_1", "2026-05-01", 119, number="1001"),
        told("order", "erp:7", "c_1", "2026-05-20", 114, number="1001"),
        # Another customer's order with that number, in a till that counts for itself.
        told("order", "till:3", "c_2", "2026-05-02", 119, number="1001", currency="USD"),
        # Nobody is known to the shop: the number needs the amount beside it.
        told("order", "shop:2", None, "2026-05-03", 50, number="1002"),
        told("order", "erp:8", "c_3", "2026-05-03", 50, number="1002"),
        told("order", "erp:9", "c_3", "2026-05-03", 51, number="1003"),
        told("order", "shop:3", None, "2026-05-03", 50, number="1003"),
    ) == [
        ("order erp:9", "erp order", None, 51.0),
        ("order shop:1", "shop order; erp order", "stated reference", 119.0),
        ("order shop:2", "shop order; erp order", "stated reference", 50.0),
        ("order shop:3", "shop order", None, 50.0),
        ("order till:3", "till order", None, 119.0),
    ]


def test_else_customer_amount_currency_and_time_make_it_one(models: Models) -> None:
    assert transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01 10:00", 100),
        told("order", "erp:1", "c_1", "2026-05-08 10:00", 100),
        # A day too late, another customer, another amount, another currency.
        told("order", "shop:2", "c_2", "2026-05-01", 100),
        told("order", "erp:2", "c_2", "2026-05-09", 100),
        told("order", "erp:3", "c_3", "2026-05-01", 100),
        told("order", "shop:4", "c_4", "2026-05-01", 100),
        told("order", "erp:4", "c_4", "2026-05-01", 99),
        told("order", "shop:5", "c_5", "2026-05-01", 100),
        told("order", "erp:5", "c_5", "2026-05-01", 100, currency="USD"),
        # Nobody's orders are never one by amount alone.
        told("order", "shop:6", None, "2026-05-01", 100),
        told("order", "erp:6", None, "2026-05-01", 100),
    ) == [
        ("order erp:2", "erp order", None, 100.0),
        ("order erp:3", "erp order", None, 100.0),
        ("order erp:4", "erp order", None, 99.0),
        ("order erp:5", "erp order", None, 100.0),
        ("order erp:6", "erp order", None, 100.0),
        ("order shop:1", "shop order; erp order", "amount and time", 100.0),
        ("order shop:2", "shop order", None, 100.0),
        ("order shop:4", "shop order", None, 100.0),
        ("order shop:5", "shop order", None, 100.0),
        ("order shop:6", "shop order", None, 100.0),
    ]


def test_equal_purchases_are_paired_one_by_one(models: Models) -> None:
    """Three a week apart in the shop, of which the ERP has the last two; two on one day in both; two on one day in one."""
    found = transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 10), told("order", "shop:2", "c_1", "2026-05-08", 10),
        told("order", "shop:3", "c_1", "2026-05-15", 10), told("order", "erp:2", "c_1", "2026-05-08", 10),
        told("order", "erp:3", "c_1", "2026-05-16", 10),
        told("order", "shop:4", "c_2", "2026-05-01", 10), told("order", "shop:5", "c_2", "2026-05-01", 10),
        told("order", "erp:4", "c_2", "2026-05-01", 10), told("order", "erp:5", "c_2", "2026-05-01", 10),
        told("order", "shop:6", "c_3", "2026-05-01", 10), told("order", "shop:7", "c_3", "2026-05-01", 10),
    )  # fmt: skip
    assert [(name, by) for name, by, _, _ in found] == [
        ("order shop:1", "shop order"),
        ("order shop:2", "shop order; erp order"),
        ("order shop:3", "shop order; erp order"),
        ("order shop:4", "shop order; erp order"),
        ("order shop:5", "shop order; erp order"),
        ("order shop:6", "shop order"),
        ("order shop:7", "shop order"),
    ]


def test_one_deal_in_five_systems_is_one(models: Models) -> None:
    """CRM and CRM in sync, the ERP's order of it, its invoice, and the bank's: the order speaks."""
    found = transactions(
        models,
        told("deal", "crm:1", "c_1", "2026-05-04", 5000),
        told("deal", "sync:1", "c_1", "2026-05-04", 5000),
        told("order", "erp:1", "c_1", "2026-05-05 09:00", 5950, net=5000),
        told("invoice", "bank:1", "c_1", "2026-05-06", 5950),
        told("invoice", "erp:7", "c_1", "2026-05-05", 5950, order="erp:1"),
    )
    assert found == [
        ("order erp:1", "erp order; erp invoice; bank invoice; crm deal; sync deal", "stated order", 5000.0)
    ]


def test_a_company_is_a_buyer_where_no_person_is_known(models: Models) -> None:
    found = transactions(
        models,
        told("deal", "crm:1", None, "2026-05-04", 700, account="a_1"),
        told("invoice", "bank:1", None, "2026-05-04", 700, account="a_1"),
        # A person of the company in one system, the company alone in the other.
        told("deal", "crm:2", "c_2", "2026-05-04", 800, account="a_2"),
        told("invoice", "bank:2", None, "2026-05-04", 800, account="a_2"),
        told("invoice", "bank:3", None, "2026-05-04", 800, account="a_3"),
    )
    assert [(name, by) for name, by, _, _ in found] == [
        ("invoice bank:1", "bank invoice; crm deal"),
        ("invoice bank:2", "bank invoice; crm deal"),
        ("invoice bank:3", "bank invoice"),
    ]
    told_customer = "select customer_id from intermediate.int_purchases where transaction_id = 'invoice bank:2'"
    assert models.rows(told_customer) == [("c_2",)]


def test_what_was_cancelled_is_no_sale_whoever_still_holds_it(models: Models) -> None:
    """By its number; by amount alone a cancelled order may be another one, placed again."""
    assert transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 100, number="1001", is_sale=False),
        told("order", "erp:1", "c_1", "2026-05-01", 100, number="1001"),
        told("order", "shop:2", "c_2", "2026-05-01", 100, is_sale=False),
        told("order", "erp:2", "c_2", "2026-05-01", 100),
        # A credit note in both books is taken off once.
        told("order", "shop:3", "c_3", "2026-05-01", -40),
        told("order", "erp:3", "c_3", "2026-05-02", -40),
    ) == [
        ("order erp:2", "erp order", None, 100.0),
        ("order shop:1", "shop order; erp order", "stated reference", 0.0),
        ("order shop:2", "shop order", None, 0.0),
        ("order shop:3", "shop order; erp order", "amount and time", -40.0),
    ]


def test_two_records_of_one_system_are_never_one_by_amount(models: Models) -> None:
    """The bank's first invoice states the order: its second, of the same amount, is another purchase."""
    found = transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 100),
        told("invoice", "bank:1", "c_1", "2026-05-01", 100, order="shop:1"),
        told("invoice", "bank:2", "c_1", "2026-05-02", 100),
    )
    assert [(name, by) for name, by, _, _ in found] == [
        ("invoice bank:2", "bank invoice"),
        ("order shop:1", "shop order; bank invoice"),
    ]


def test_what_may_be_told_twice_is_counted_and_shown(models: Models) -> None:
    transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 119),
        told("deal", "crm:1", "c_1", "2026-05-03", 95),
        told("deal", "crm:2", "c_1", "2026-05-03", 50),
        told("deal", "crm:3", "c_1", "2026-06-03", 119),
        told("order", "shop:2", "c_2", "2026-05-01", 119),
        told("order", "shop:3", "c_2", "2026-05-01", 119),
    )
    models.given(
        "intermediate.int_purchases_attributed",
        "transaction_id text, campaign_id text, attribution_rule text, is_main boolean",
    )
    models.build("transactions")
    doubts = "select transaction_id, may_repeat_transaction_id from marts.transactions"
    assert models.rows(f"{doubts} where may_repeat_transaction_id is not null") == [("order shop:1", "deal crm:1")]
    assert models.rows("select sum(net_revenue) from marts.transactions") == [(119 + 95 + 50 + 119 + 119 + 119.0,)]


ORDERS = (
    "order_id text, is_sale boolean, is_correction boolean, gross_revenue decimal(18, 4), tax_revenue decimal(18, 4), "
    "shipping_revenue decimal(18, 4), refunded_revenue decimal(18, 4), net_revenue decimal(18, 4), "
    "disputed_revenue decimal(18, 4), repaid_revenue decimal(18, 4)"
)


def test_an_order_that_repeats_another_is_no_sale(models: Models) -> None:
    transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 100),
        told("order", "erp:1", "c_1", "2026-05-01", 100),
        told("deal", "crm:1", "c_2", "2026-05-01", 70),
    )
    models.given(
        "intermediate.int_orders_priced", ORDERS,
        ("shop:1", True, False, 100, 0, 0, 0, 100, 0, 0), ("erp:1", True, False, 100, 0, 0, 0, 100, 0, 0),
        ("erp:test", False, False, 0, 0, 0, 0, 0, 0, 0),
    )  # fmt: skip
    models.build("int_orders_counted")
    told_of = "select order_id, transaction_id, is_repeat, is_sale, net_revenue from intermediate.int_orders_counted"
    assert models.rows(f"{told_of} order by 1") == [
        ("erp:1", "order shop:1", True, False, 0.0),
        ("erp:test", None, False, False, 0.0),
        ("shop:1", "order shop:1", False, True, 100.0),
    ]


def test_a_dispute_that_the_payments_tell_of_is_taken_off_the_shops_order(models: Models) -> None:
    """Its share of the order's net, whichever record speaks; once, though two tell of it; never more than is left."""
    gross = {"shop:1": 119, "shop:2": 119, "shop:3": 119, "shop:4": 119}
    found = transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 119, net=100),
        told("invoice", "bank:1", "c_1", "2026-05-01", 119, order="shop:1", disputed=119),
        told("order", "shop:2", "c_2", "2026-05-01", 119, net=100),
        told("invoice", "bank:2", "c_2", "2026-05-01", 119, order="shop:2", disputed=59.5),
        told("invoice", "erp:2", "c_2", "2026-05-01", 119, order="shop:2", disputed=59.5),
        # The order tells of it itself, and has deducted it; another was cancelled and is worth nothing anyway.
        told("order", "shop:3", "c_3", "2026-05-01", 119, net=50, disputed=59.5),
        told("invoice", "bank:3", "c_3", "2026-05-01", 119, order="shop:3", disputed=59.5),
        told("order", "shop:4", "c_4", "2026-05-01", 119, is_sale=False),
        told("invoice", "bank:4", "c_4", "2026-05-01", 119, order="shop:4", disputed=119),
    )
    assert [(name, net) for name, _, _, net in found] == [
        ("order shop:1", 0.0), ("order shop:2", 50.0), ("order shop:3", 50.0), ("order shop:4", 0.0),
    ]  # fmt: skip
    models.given(
        "intermediate.int_orders_priced", ORDERS,
        *((name, name != "shop:4", False, amount, 19, 0, 0, 50 if name == "shop:3" else 100 * (name != "shop:4"),
           59.5 if name == "shop:3" else 0, 0) for name, amount in gross.items()),
    )  # fmt: skip
    models.build("int_orders_counted")
    of_orders = "select order_id, net_revenue, refunded_revenue from intermediate.int_orders_counted order by 1"
    assert models.rows(of_orders) == [
        ("shop:1", 0.0, 100.0), ("shop:2", 50.0, 50.0), ("shop:3", 50.0, 0.0), ("shop:4", 0.0, 0.0),
    ]  # fmt: skip


def test_a_refund_that_the_payments_tell_of_is_taken_off_the_shops_order_once(models: Models) -> None:
    """Where the shop tells of none, or of less; what both tell is one refund, a cent of rounding or not."""
    found = transactions(
        models,
        told("order", "shop:1", "c_1", "2026-05-01", 119, net=100),
        told("invoice", "bank:1", "c_1", "2026-05-01", 119, order="shop:1", repaid=59.5),
        told("order", "shop:2", "c_2", "2026-05-01", 119, net=50, repaid=59.5),
        told("invoice", "bank:2", "c_2", "2026-05-01", 119, order="shop:2", repaid=59.51),
        # Of two part payments each gives something back; of a third of it the shop knows.
        told("order", "shop:3", "c_3", "2026-05-01", 119, net=75, repaid=29.75),
        told("invoice", "bank:3", "c_3", "2026-05-01", 60, order="shop:3", repaid=59.5),
        told("invoice", "bank:4", "c_3", "2026-05-01", 59, order="shop:3", repaid=29.75),
        # All of it, which the shop calls cancelled.
        told("order", "shop:4", "c_4", "2026-05-01", 119, is_sale=False),
        told("invoice", "bank:5", "c_4", "2026-05-01", 119, order="shop:4", repaid=119),
    )
    assert [(name, net) for name, _, _, net in found] == [
        ("order shop:1", 50.0), ("order shop:2", 50.0), ("order shop:3", 37.5), ("order shop:4", 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("#1001", "1001"), ("Order #1001", "1001"), ("1001", "1001"), ("SO-00042", "so00042"), ("Bestellung Nr. 1001", "1001"),
        ("INV-2026-7", "inv20267"), ("Fleet of bikes", None), ("Q2", None), (None, None),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(project: Compiled, written: str | None, key: str | None) -> None:
    code = project.models["int_transactions_told"]["compiled_code"]
    start = code.index("coalesce(named_accounts.account_id, employed.account_id) as account_id,")
    expression = code[start:].split("as account_id,", 1)[1].split("as reference_key", 1)[0]
    made = Models(project)
    made.given("intermediate.tellings", "name text", (written,))
    assert made.rows(f"select {expression} from intermediate.tellings as tellings") == [(key,)]
    made.con.close()
