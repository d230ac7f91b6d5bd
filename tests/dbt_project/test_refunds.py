"""What goes back to buyers, by each vendor's own words and out of files: how much it takes, of which purchase, and when."""

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
        "refunded_at": "BackAt", "tax_amount": "Tax", "shipping_amount": "Shipping",
        "shipping_tax_amount": "ShippingTax", "status": "State", "non_sales_amount": "Vouchers", "name": "Number",
        "contact_id": "Buyer", "company_id": "Firm", "currency": "Currency",
    }},
    {"source": LEDGER, "stream": "people", "entity": "contacts", "id": "No", "fields": {
        "first_name": "First", "last_name": "Last", "email": "Mail", "phone": "Phone", "country": "Country",
        "company_id": "Firm", "email_consent": "News", "email_opt_out": "NoMail", "consent_at": "Said",
        "consent_list_id": "List",
    }},
    {"source": LEDGER, "stream": "firms", "entity": "companies", "id": "No", "fields": {"name": "Name"}},
    {"source": LEDGER, "stream": "cases", "entity": "tickets", "id": "No", "fields": {
        "created_at": "At", "status": "State", "is_closed": "Done", "contact_id": "Asker", "company_id": "Firm", "agent_id": "Agent",
    }},
    {"source": LEDGER, "stream": "offers", "entity": "deals", "id": "No", "fields": {
        "amount": "Amount", "closed_at": "Closed", "is_closed": "Done", "is_won": "Won", "contact_id": "Buyer",
        "company_id": "Firm", "owner_id": "Seller",
    }},
    {"source": LEDGER, "stream": "staff", "entity": "owners", "id": "No", "fields": {
        "name": {"columns": ["First", "Last"]}, "email": "Mail",
    }},
    {"source": LEDGER, "stream": "money", "entity": "payments", "id": "No", "fields": {
        "order_id": "Order", "contact_id": "Payer", "kind": "Kind", "status": "Status", "paid_at": "At",
        "amount": "Amount", "currency": "Currency", "order_reference": "OfOrder",
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


def euro(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def shopify_refund(
    number: int, day: str, amount: str, lines: tuple[str, str] | None, shipping: str = "0"
) -> dict[str, Any]:
    goods = [{"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/1"}, "subtotalSet": euro(lines[0]),
              "totalTaxSet": euro(lines[1])}] if lines else []  # fmt: skip
    sent = [{"subtotalAmountSet": euro(shipping), "taxAmountSet": euro("0")}]
    return {
        "id": f"gid://shopify/Refund/{number}", "createdAt": f"{day}T10:00:00Z", "totalRefundedSet": euro(amount),
        "refundLineItems": {"nodes": goods}, "refundShippingLines": {"nodes": sent},
    }  # fmt: skip


def shopify_order(number: int, total: str, shipping: str, refunded: str, *refunds: dict[str, Any]) -> dict[str, Any]:
    """An order of 1 March 2026: 100 of goods, 19 of tax, and shipping."""
    record = {
        "createdAt": "2026-03-01T10:00:00Z", "displayFinancialStatus": "PARTIALLY_REFUNDED", "currencyCode": "EUR",
        "taxesIncluded": False, "totalPriceSet": euro(total), "totalTaxSet": euro("19"),
        "totalShippingPriceSet": euro(shipping), "totalRefundedSet": euro(refunded), "refunds": list(refunds),
    }  # fmt: skip
    return landed(f"gid://shopify/Order/{number}", record, source="shop")


SHOPIFY = [
    shopify_order(1, "119", "0", "59.5", shopify_refund(11, "2026-04-10", "59.5", ("50", "9.5"))),
    # Shipping alone goes back in April, which takes nothing of the goods; a part of these in May.
    shopify_order(2, "129", "10", "33.8", shopify_refund(21, "2026-04-05", "10", None, "10"),
                  shopify_refund(22, "2026-05-05", "23.8", ("20", "3.8"))),
    # All of it, in two years' time as it were: by what was paid back in each month.
    shopify_order(3, "119", "0", "119", shopify_refund(31, "2026-05-31", "59.5", ("50", "9.5")),
                  shopify_refund(32, "2026-06-01", "59.5", ("50", "9.5"))),
    # What came back without money is no refund.
    shopify_order(4, "119", "0", "0", shopify_refund(41, "2026-05-05", "0", ("50", "9.5"))),
]  # fmt: skip


def woo_order(number: str, refunded: str, **more: Any) -> dict[str, Any]:
    record = {
        "status": "completed", "currency": "EUR", "total": "119", "total_tax": "19", "shipping_total": "0",
        "date_created_gmt": "2026-03-01T10:00:00", "date_paid_gmt": "2026-03-01T10:00:00",
        "refunds": [{"id": 1, "total": refunded}],
        **more,
    }  # fmt: skip
    return landed(number, record, source="woo")


def woo_refund(number: str, order: str, day: str, amount: str) -> dict[str, Any]:
    lines = [{"quantity": -1, "total": "-50", "total_tax": "-9.5", "meta_data": []}]
    record = {"parent_id": order, "amount": amount, "date_created_gmt": f"{day}T10:00:00", "line_items": lines}
    return landed(number, {**record, "shipping_lines": []}, source="woo")


@pytest.fixture(scope="module")
def dated(mapped: Compiled) -> duckdb.DuckDBPyConnection:
    sales: list[tuple[str, dict[str, str]]] = [
        ("S1", {}), ("S2", {"Back": "20", "BackAt": "2026-05-04"}), ("S3", {"Back": "20"}),
        ("S4", {"Back": "40", "BackAt": "2026-07-09"}), ("S5", {"Back": "50"}), ("S6", {}),
    ]  # fmt: skip
    money = [
        of_file("money", "P1", Order="S1", Kind="refund", Status="paid", At="2026-04-02", Amount="30"),
        # Of 50 that the order says, its payments tell of 20.
        of_file("money", "P5", Order="S5", Kind="refund", Status="paid", At="2026-06-05", Amount="20"),
        # Dated before its order.
        of_file("money", "P6", Order="S6", Kind="refund", Status="paid", At="2026-02-05", Amount="10"),
    ]
    given = {
        **stripe_sale("paid"),
        "stripe.refunds": [stripe_refund("paid", 1900, "2026-04-20")],
        "stripe.disputes": [stripe_dispute("paid", "lost", 10000, "2026-06-10")],
        "shopify.orders": SHOPIFY,
        "woocommerce.orders": [woo_order("501", "-59.5"), woo_order("502", "-10")],
        "woocommerce.refunds": [woo_refund("601", "501", "2026-05-10", "59.5")],
        "mapped.orders": [of_file("sales", n, At="2026-03-01 09:00:00", Total="100", **more) for n, more in sales],
        "mapped.payments": money,
    }
    return mapped.build(["payments", "transactions", "revenue_entries", "revenue_by_month"], given)


BOOKED = """
    select split_part(record_id, ':', -1), strftime(booked_at, '%m'), sum(net_revenue)::decimal(18, 2)::text
    from marts.revenue_entries where source = ? group by all order by all"""


@pytest.mark.night
@pytest.mark.parametrize(
    ("source", "months"),
    [
        ("shop", [
            ("1", "03", "100.00"), ("1", "04", "-50.00"), ("2", "03", "100.00"), ("2", "05", "-20.00"),
            ("3", "03", "100.00"), ("3", "05", "-50.00"), ("3", "06", "-50.00"), ("4", "03", "100.00"),
        ]),
        # Of the second order's refund nothing but the amount is known: its share of the net, on the order's day.
        ("woo", [("501", "03", "100.00"), ("501", "05", "-50.00"), ("502", "03", "91.60")]),
        ("stripe", [("in_paid", "03", "119.00"), ("in_paid", "04", "-19.00"), ("in_paid", "06", "-100.00")]),
        (LEDGER, [
            ("S1", "03", "100.00"), ("S1", "04", "-30.00"), ("S2", "03", "100.00"), ("S2", "05", "-20.00"),
            ("S3", "03", "80.00"), ("S4", "03", "60.00"), ("S5", "03", "70.00"), ("S5", "06", "-20.00"),
            ("S6", "03", "90.00"),
        ]),
    ],
)  # fmt: skip
def test_a_refund_counts_on_its_own_day(
    dated: duckdb.DuckDBPyConnection, source: str, months: list[tuple[str, str, str]]
) -> None:
    assert dated.execute(BOOKED, [source]).fetchall() == months


def test_over_all_time_revenue_is_what_it_was(dated: duckdb.DuckDBPyConnection) -> None:
    """By transaction, by entry and by month; and a month that only gave back has no purchase."""
    sums = "select sum(net_revenue), sum(gross_revenue), sum(refunded_revenue), sum(is_sale::int) from marts."
    by_entry = rows(dated, f"{sums}revenue_entries")
    assert by_entry == rows(dated, f"{sums}transactions")
    by_month = rows(dated, f"{sums.replace('sum(is_sale::int)', 'sum(count_of_purchases)')}revenue_by_month")
    assert by_month == by_entry
    april = "select net_revenue::decimal(18, 2)::text, refunded_revenue::decimal(18, 2)::text, gross_revenue::int, "
    april += "count_of_purchases, count_of_customers from marts.revenue_by_month where month = '2026-04-01'"
    assert rows(dated, april) == [("-99.00", "99.00", 0, 0, 0)]


def test_shopifys_refunds_are_payments_as_other_vendors_are(dated: duckdb.DuckDBPyConnection) -> None:
    paid = (
        "select source_id, order_id, kind, amount::int, paid_at::date::text from marts.payments where source = 'shop'"
    )
    assert rows(dated, f"{paid} order by 1") == [
        ("11", "shop:1", "refund", -60, "2026-04-10"), ("21", "shop:2", "refund", -10, "2026-04-05"),
        ("22", "shop:2", "refund", -24, "2026-05-05"), ("31", "shop:3", "refund", -60, "2026-05-31"),
        ("32", "shop:3", "refund", -60, "2026-06-01"),
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
