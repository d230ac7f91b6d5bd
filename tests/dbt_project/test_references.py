"""What refers to nobody, or to nothing: counted with its money, and in the totals of the company, for vendors and files."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from crm360.orchestration.settings.macros import Macros

from .conftest import Compiled, landed
from .test_refunds import LEDGER, of_file, stripe_refund, stripe_sale, woo_order, woo_refund


@pytest.fixture(scope="module")
def built(mapped: Compiled) -> duckdb.DuckDBPyConnection:
    """Nobody is known to any source: every reference to a person leads nowhere."""
    ticket = {"status": "open", "created_at": "2026-06-01T10:00:00Z", "updated_at": "2026-06-01T10:00:00Z"}
    given: dict[str, list[dict[str, Any]]] = {
        **stripe_sale("paid"),
        "stripe.refunds": [stripe_refund("paid", 1900, "2026-04-20"), stripe_refund("lost", 500, "2026-04-21")],
        "woocommerce.orders": [woo_order("501", "-59.5", customer_id=7)],
        "woocommerce.refunds": [
            woo_refund("601", "501", "2026-05-10", "59.5"), woo_refund("602", "999", "2026-05-11", "5"),
        ],
        "mapped.orders": [of_file("sales", "S1", At="2026-03-01 09:00:00", Total="100")],
        "mapped.payments": [
            of_file("money", "P1", Payer="77", Order="S1", Kind="payment", Status="paid", At="2026-03-02", Amount="100"),
            of_file("money", "P2", Payer="77", Order="S1", Kind="refund", Status="paid", At="2026-04-02", Amount="30"),
            of_file("money", "P3", Payer="77", Order="S9", Kind="refund", Status="paid", At="2026-04-03", Amount="8"),
            of_file("money", "P4", Kind="refund", Status="paid", At="2026-04-03", Amount="2"),
        ],
        "mapped.deals": [
            of_file("offers", "D1", Amount="70"), of_file("offers", "D2", Amount="80", Buyer="77", Firm="F", Seller="9"),
            of_file("offers", "D3", Amount="90", Firm="F", Seller="8"),
        ],
        "mapped.owners": [of_file("staff", "9", First="Ann", Last="Ek")],
        "hubspot.deals": [landed("1", {"createdAt": "2026-04-01T00:00:00Z", "associations": {
            "contacts": {"results": [{"id": "3"}]}, "companies": {"results": [{"id": "4", "type": "deal_to_company"}]},
        }, "properties": {"amount": "5", "hubspot_owner_id": "6"}})],
        "hubspot.calls": [landed("2", {"createdAt": "2026-04-01T00:00:00Z", "properties": {
            "hs_timestamp": "2026-04-01T00:00:00Z",
        }, "associations": {"contacts": {"results": [{"id": "3"}]}}})],
        "hubspot.contacts": [landed("5", {"properties": {"email": "eve@lind.example", "associatedcompanyid": "4"}})],
        "zendesk.tickets": [landed("1", {"id": 1, "requester_id": 5, **ticket}, source="zendesk")],
        "freshdesk.tickets": [landed("2", {"id": 2, "requester_id": 6, **ticket, "status": 2}, source="freshdesk")],
    }  # fmt: skip
    return mapped.build(["data_quality", "service_performance", "revenue_by_month", "transactions"], given)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_what_leads_nowhere_is_counted_with_its_money(built: duckdb.DuckDBPyConnection) -> None:
    told = """select rule, source, count_of_records, amount::decimal(18, 2)::text from marts.data_quality
        where (rule like '% nowhere' or rule like '% no customer' or rule like '% neither %') and count_of_records > 0
        order by all"""
    assert rows(built, told) == [
        ("deal that names neither a person nor a company", LEDGER, 1, "70.00"),
        ("deal that refers to a company that is nowhere", "hubspot", 1, "5.00"),
        ("deal that refers to a company that is nowhere", LEDGER, 2, "170.00"),
        ("deal that refers to a person who is nowhere", "hubspot", 1, "5.00"),
        ("deal that refers to a person who is nowhere", LEDGER, 1, "80.00"),
        # HubSpot tells of no employee here, so that none of them is missing.
        ("deal that refers to an employee who is nowhere", LEDGER, 1, "90.00"),
        ("interaction that refers to a person who is nowhere", "hubspot", 1, None),
        ("invoice that refers to a customer who is nowhere", "stripe", 1, "119.00"),
        ("order that names neither a person nor a company", LEDGER, 1, "70.00"),
        ("order that refers to a buyer who is nowhere", "woo", 1, "50.00"),
        ("payment that refers to a payer who is nowhere", LEDGER, 1, "100.00"),
        ("payment that refers to a payer who is nowhere", "stripe", 1, "119.00"),
        ("person that refers to a company that is nowhere", "hubspot", 1, None),
        ("refund of an order or invoice that is nowhere", LEDGER, 1, "-8.00"),
        ("refund of an order or invoice that is nowhere", "woo", 1, "-5.00"),
        ("refund that names neither an order nor an invoice", LEDGER, 1, "-2.00"),
        # Its charge is not there, so that nobody knows its invoice.
        ("refund that names neither an order nor an invoice", "stripe", 1, "-5.00"),
        ("refund that refers to a payer who is nowhere", LEDGER, 2, "-38.00"),
        ("refund that refers to a payer who is nowhere", "stripe", 1, "-19.00"),
        ("refund that refers to a payer who is nowhere", "woo", 1, "-59.50"),
        ("ticket that refers to a person who is no customer", "freshdesk", 1, None),
        ("ticket that refers to a person who is no customer", "zendesk", 1, None),
    ]


def test_every_reference_of_every_entity_has_a_rule() -> None:
    told = Macros(scope={"ref": str}).call("references")
    # They name a list, a team, a browser, a user of a website or its own session, which are no records.
    lists = ("list_id", "consent_list_id", "team_id", "visitor_id", "user_id", "session_id")
    of_persons = [
        (entity, "contact_id") for entity in ("orders", "tickets", "invoices", "payments", "subscriptions")
    ] + [("campaign_costs", "campaign_id")]  # in words of their own
    named = [
        (entity, column)
        for entity, columns in Macros().call("shapes").items()
        for column in columns
        if column.endswith("_id") and column not in lists and (entity, column) not in of_persons
    ]
    rules = {(rule, column) for rule, _, _, column, *_ in told}
    assert len(named) == len(told) == len(rules) > 20


def test_it_is_in_the_totals_of_the_company(built: duckdb.DuckDBPyConnection) -> None:
    """Sold: 119 by Stripe, 100 by WooCommerce, 100 by the file; given back of these: 19, 50, 30."""
    months = "select sum(net_revenue)::int, sum(net_revenue_anonymous)::int from marts.revenue_by_month"
    assert rows(built, months) == [(220, 220)]
    assert rows(built, "select sum(count_of_tickets)::int from marts.service_performance") == [(2,)]
