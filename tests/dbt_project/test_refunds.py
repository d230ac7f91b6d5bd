"""What goes back to buyers, by each vendor's own words and out of files: how much it takes, of which purchase."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from .conftest import Compiled, landed

LEDGER = "ledger of files"
MAPPINGS = [
    {"source": LEDGER, "stream": "sales", "entity": "orders", "id": "No", "fields": {
        "ordered_at": "At", "total_amount": "Total", "refunded_amount": "Back",
    }},
    {"source": LEDGER, "stream": "money", "entity": "payments", "id": "No", "fields": {
        "order_id": "Order", "kind": "Kind", "status": "Status", "paid_at": "At", "amount": "Amount",
    }},
]  # fmt: skip


def epoch(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=UTC).timestamp())


def stripe_sale(number: str) -> dict[str, list[dict[str, Any]]]:
    """A paid invoice of 119.00 on 1 March 2026, and its charge."""
    at = epoch("2026-03-01")
    invoice = {
        "id": f"in_{number}", "customer": "cus_1", "status": "paid", "currency": "eur", "total": 11900,
        "amount_paid": 11900, "amount_remaining": 0, "created": at,
        "status_transitions": {"finalized_at": at, "paid_at": at},
    }  # fmt: skip
    charge = {
        "id": f"ch_{number}", "customer": "cus_1", "invoice": f"in_{number}", "status": "succeeded", "captured": True,
        "currency": "eur", "amount_captured": 11900, "created": at,
    }  # fmt: skip
    return {
        "stripe.invoices": [landed(invoice["id"], invoice, source="stripe")],
        "stripe.charges": [landed(charge["id"], charge, source="stripe")],
    }


def stripe_refund(number: str, cents: int, day: str) -> dict[str, Any]:
    record = {
        "charge": f"ch_{number}",
        "status": "succeeded",
        "currency": "eur",
        "amount": cents,
        "created": epoch(day),
    }
    return landed(f"re_{number}_{day}", record, source="stripe")


def stripe_dispute(number: str, status: str, cents: int, day: str, **more: Any) -> dict[str, Any]:
    record = {"charge": f"ch_{number}", "status": status, "currency": "eur", "amount": cents, "created": epoch(day)}
    return landed(f"dp_{number}", {**record, "balance_transactions": [], **more}, source="stripe")


def of_file(stream: str, number: str, **record: Any) -> dict[str, Any]:
    return landed(number, {"No": number, **record}, source=LEDGER, stream=stream)


DISPUTES = [
    stripe_dispute("lost", "lost", 11900, "2026-04-10", balance_transactions=[
        {"id": "txn_1", "amount": -11900, "created": epoch("2026-04-12"), "currency": "eur"},
    ]),
    stripe_dispute("part", "lost", 5950, "2026-04-10"),
    stripe_dispute("both", "lost", 11900, "2026-05-10"),
    stripe_dispute("won", "won", 11900, "2026-04-10", balance_transactions=[
        {"id": "txn_2", "amount": -11900, "created": epoch("2026-04-12"), "currency": "eur"},
        {"id": "txn_3", "amount": 11900, "created": epoch("2026-06-12"), "currency": "eur"},
    ]),
    stripe_dispute("open", "needs_response", 11900, "2026-06-10"),
    stripe_dispute("asked", "warning_closed", 11900, "2026-04-10"),
]  # fmt: skip


@pytest.fixture(scope="module")
def told(mapped: Compiled) -> duckdb.DuckDBPyConnection:
    given: dict[str, list[dict[str, Any]]] = {"stripe.disputes": DISPUTES, "mapped.orders": [], "mapped.payments": []}
    for number in ("lost", "part", "both", "won", "open", "asked"):
        for view, rows in stripe_sale(number).items():
            given.setdefault(view, []).extend(rows)
    given["stripe.refunds"] = [stripe_refund("both", 5950, "2026-04-20")]
    for number, back in (("S1", None), ("S2", None), ("S3", "20"), ("S4", None)):
        sale = of_file("sales", number, At="2026-03-01 09:00:00", Total="100", Back=back)
        given["mapped.orders"].append(sale)
    given["mapped.payments"] = [
        of_file("money", "P1", Order="S1", Kind="refund", Status="paid", At="2026-04-02", Amount="30"),
        of_file("money", "P2", Order="S2", Kind="Dispute", Status="lost", At="2026-04-03", Amount="100"),
        of_file("money", "P3", Order="S3", Kind="refund", Status="paid", At="2026-04-04", Amount="-20"),
        of_file("money", "P4", Order="S4", Kind="dispute", Status="Won", At="2026-04-05", Amount="100"),
        of_file("money", "P5", Order="S4", Kind="dispute", Status="needs_response", At="2026-04-06", Amount="100"),
    ]
    return mapped.build(["payments", "int_purchases", "int_orders_counted"], given)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_a_lost_dispute_takes_money_and_no_other_does(told: duckdb.DuckDBPyConnection) -> None:
    """On the day on which the money was taken, or else on which the dispute was opened."""
    disputes = (
        "select source_id, status, amount::int, paid_at::date::text, invoice_id from marts.payments "
        "where kind = 'dispute' and source = 'stripe' order by 1"
    )
    assert rows(told, disputes) == [
        ("dp_asked", "warning_closed", 0, None, "stripe:in_asked"),
        ("dp_both", "lost", -119, "2026-05-10", "stripe:in_both"),
        ("dp_lost", "lost", -119, "2026-04-12", "stripe:in_lost"),
        ("dp_open", "needs_response", 0, None, "stripe:in_open"),
        ("dp_part", "lost", -60, "2026-04-10", "stripe:in_part"),
        ("dp_won", "won", 0, None, "stripe:in_won"),
    ]


def test_a_purchase_is_worth_what_neither_refund_nor_dispute_took(told: duckdb.DuckDBPyConnection) -> None:
    """Never less than nothing; a file's refunds count once, whether the order tells of them or its payments do."""
    worth = "select record_id, net_revenue::decimal(18, 2)::text, is_sale from intermediate.int_purchases order by 1"
    assert rows(told, worth) == [
        (f"{LEDGER}:S1", "70.00", True), (f"{LEDGER}:S2", "0.00", True), (f"{LEDGER}:S3", "80.00", True),
        (f"{LEDGER}:S4", "100.00", True), ("stripe:in_asked", "119.00", True), ("stripe:in_both", "0.00", True),
        ("stripe:in_lost", "0.00", True), ("stripe:in_open", "119.00", True), ("stripe:in_part", "59.50", True),
        ("stripe:in_won", "119.00", True),
    ]  # fmt: skip
