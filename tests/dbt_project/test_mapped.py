"""Files and tables as entities, and custom fields: what crm360.toml may say, and that its names cannot break the SQL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_common.exceptions import DbtBaseException

from crm360.orchestration.settings.macros import Macros, id_of

from .conftest import LANDED, Compiled, insert, landed

WEIRD = """a "b" / ~'c' -- d"""
LINE = {"source": "shop's files", "stream": "lines"}
MAPPINGS = [
    {**LINE, "entity": "order_lines", "id": None, "fields": {
        "order_id": "Invoice", "quantity": "Quantity", "unit_price": "Price", "description": WEIRD, "sku": "sku",
        "category": "Sku",
    }},
    {**LINE, "entity": "orders", "id": "Invoice", "fields": {
        "contact_id": "Customer ID", "ordered_at": "InvoiceDate", "currency": {"value": "GBP"},
        "order_kind": {"column": "Invoice", "match": {"^C": "cancellation", "^A": "adjustment"}, "default": "sale"},
        "channel": {"column": "Channel", "default": "it's unknown"},
        "status": {"column": "Channel", "match": {"^web$": "online"}},
    }},
    {**LINE, "entity": "contacts", "id": "Customer ID", "fields": {"country": "Country", "email": "Mail"}},
    {"source": "crm", "stream": "people", "entity": "contacts", "id": None, "fields": {
        "first_name": "First", "birth_date": "Born", "email_consent": "OK", "created_at": "Made",
    }},
    {"source": "books", "stream": "invoices", "entity": "invoices", "id": "No", "fields": {
        "name": "No", "contact_id": "Client", "total_amount": "Total", "balance_amount": "Open", "due_at": "Due",
    }},
    {"source": "books", "stream": "invoices", "entity": "payments", "id": None, "fields": {
        "invoice_id": "No", "kind": {"value": "payment"}, "amount": "Paid", "email": "Mail",
    }},
]  # fmt: skip


def line(number: str, invoice: str, customer: str | None, **more: object) -> dict[str, object]:
    record = {"Invoice": invoice, "Customer ID": customer, "Quantity": "2", "Price": 1.5, "Country": "UK", **more}
    return {**landed(number, record, source=LINE["source"]), "stream": LINE["stream"]}


def gone(row: dict[str, object], on: str = "2026-06-30 00:00:00") -> dict[str, object]:
    return {**row, "record": None, "is_deleted": True, "changed_at": on}


FACTS = {"description": "What it means.", "personal": False}
TYPES = ("text", "integer", "decimal", "boolean", "date", "timestamp")


def origin(
    source: str, stream: str, *path: str | dict[str, str], view: str = "", key: str | None = None
) -> dict[str, Any]:
    return {"source": source, "stream": stream, "view": [view or source, stream], "id": key, "path": list(path)}


PEOPLE = {**origin("crm", "people", "It's ~ a/b"), "view": ["mapped", "contacts"], "id": "Person"}
FIELDS = [
    *({"name": f"a_{t}", "entity": "contacts", "type": t, **FACTS,
       "from": [origin("hubspot", "contacts", "properties", t)]} for t in TYPES),
    {"name": "tier", "entity": "contacts", "type": "text", **FACTS,
     "from": [origin("zendesk", "users", "user_fields", "tier"), origin("hubspot", "contacts", "properties", "tier"), PEOPLE]},
    {"name": "interests", "entity": "contacts", "type": "text", **FACTS, "fills": True,
     "from": [origin("hubspot", "contacts", "properties", "likes"), {**PEOPLE, "path": ["Likes"]}]},
    {"name": "budget", "entity": "deals", "type": "decimal", **FACTS,
     "from": [origin("hubspot", "deals", "properties", "budget")]},
    {"name": "note", "entity": "orders", "type": "text", **FACTS, "from": [origin("shopify", "orders", "note")]},
    {"name": "fleet", "entity": "companies", "type": "integer", **FACTS,
     "from": [origin("hubspot", "companies", "properties", "fleet")]},
    {"name": "effort", "entity": "tickets", "type": "decimal", **FACTS,
     "from": [origin("zendesk", "tickets", {"list": "custom_fields", "key": "id", "value": "3607"}, "value")]},
]  # fmt: skip


def build(mapped: Compiled, *rows: dict[str, object]) -> duckdb.DuckDBPyConnection:
    lines = [row for row in rows if row["stream"] == "lines"]
    people = [row for row in rows if row["stream"] == "people"]
    given = {"mapped.order_lines": lines, "mapped.orders": lines, "mapped.contacts": [*lines, *people]}
    return mapped.build(["int_orders_unioned", "int_contacts_unioned", "int_records_unparseable"], given)


def test_lines_become_orders_and_customers(mapped: Compiled) -> None:
    con = build(
        mapped,
        line("1", "536.0", "13085.0", InvoiceDate="2010-12-01T08:26:00", Channel="web"),
        line("2", "536.0", "13085.0", InvoiceDate="2010-12-01T08:26:00", Channel="web", Quantity="1"),
        line("3", "C537", None, InvoiceDate="2010-12-02 09:00:00", Quantity="-4"),
        line("4", "A538", "", Quantity="1", Price="-10.0"),
    )
    orders = """select order_id, contact_id, order_kind, channel, status, currency, total_amount::text, ordered_at::text
        from intermediate.int_orders_unioned order by 1"""
    assert con.execute(orders).fetchall() == [
        ("shop's files:536", "shop's files:13085", "sale", "web", "online", "GBP", "4.5000", "2010-12-01 08:26:00"),
        ("shop's files:A538", None, "adjustment", "it's unknown", None, "GBP", "-10.0000", None),
        ("shop's files:C537", None, "cancellation", "it's unknown", None, "GBP", "-6.0000", "2010-12-02 09:00:00"),
    ]
    contacts = "select contact_id, source_id, country from intermediate.int_contacts_unioned"
    assert con.execute(contacts).fetchall() == [("shop's files:13085", "13085", "UK")]


def test_names_of_columns_are_only_names(mapped: Compiled) -> None:
    con = build(mapped, line("1", "1", "5", **{WEIRD: "x'); drop table y; --", "sku": "small", "Sku": "large"}))
    found = con.execute(
        "select description, sku, category, order_id from intermediate.int_order_lines_unioned"
    ).fetchall()
    assert found == [("x'); drop table y; --", "small", "large", "shop's files:1")]


def test_an_entity_lives_while_one_of_its_records_does(mapped: Compiled) -> None:
    first, second = line("1", "1", "5", Country="old"), line("2", "1", "5", Country="UK")
    other, third = line("3", "2", "6"), line("4", "2", "6")
    con = build(mapped, first, gone(first), second, other, gone(other), third, gone(third))
    found = con.execute(
        "select contact_id, is_deleted, country from intermediate.int_contacts_unioned order by 1"
    ).fetchall()
    assert found == [("shop's files:5", False, "UK"), ("shop's files:6", True, "UK")]


def test_the_newest_record_speaks_for_its_entity(mapped: Compiled) -> None:
    old = {**line("9", "1", "5", Country="old"), "changed_at": "2026-05-01 00:00:00"}
    new = {**line("1", "1", "5", Country="new"), "changed_at": "2026-05-02 00:00:00"}
    for rows in ((old, new), (new, old)):
        con = build(mapped, *rows)
        assert con.execute("select country from intermediate.int_contacts_unioned").fetchall() == [("new",)]


def test_what_cannot_be_read_is_listed_and_money_is_held_back(mapped: Compiled) -> None:
    person = {
        **landed("7", {"First": "Ann", "Born": "soon", "OK": "perhaps", "Made": "2026-01-01"}, source="crm"),
        "stream": "people",
    }
    con = build(mapped, line("1", "1", "5"), line("2", "1", "5", Price="1,50"), person)
    unread = (
        "select model, record_id, unparseable_fields, is_held_back from intermediate.int_records_unparseable order by 1"
    )
    assert con.execute(unread).fetchall() == [
        ("stg_mapped__contacts", "7", "birth_date, email_consent", False),
        ("stg_mapped__order_lines", "2", "unit_price", True),
    ]
    assert con.execute("select count(*), sum(total_amount)::text from intermediate.int_orders_unioned").fetchall() == [
        (1, None)
    ], "a sum with an unreadable part is unknown, and not smaller"
    ann = "select birth_date, email_consent, created_at::text from intermediate.int_contacts_unioned where first_name = 'Ann'"
    assert con.execute(ann).fetchall() == [(None, None, "2026-01-01 00:00:00")]


def test_a_field_that_the_entity_lacks_is_an_error(project: Compiled, tmp_path: Path) -> None:
    wrong = [{**LINE, "entity": "orders", "id": None, "fields": {"colour": "Colour"}}]
    with pytest.raises(DbtBaseException, match="orders has no field 'colour'"):
        project.told(tmp_path, mappings=wrong)


def test_invoices_and_payments(mapped: Compiled) -> None:
    rows = [
        {**landed(number, record, source="books"), "stream": "invoices"}
        for number, record in [
            (
                "1",
                {
                    "No": "R-7",
                    "Client": 5,
                    "Total": "1200.10",
                    "Open": "0",
                    "Due": "2026-07-14",
                    "Paid": 1200.1,
                    "Mail": "A@x",
                },
            ),
            ("2", {"No": "R-8", "Client": None, "Total": "1,5", "Open": "1", "Due": None, "Paid": None}),
        ]
    ]
    targets = ["int_invoices_unioned", "int_payments_unioned", "int_records_unparseable"]
    con = mapped.build(targets, {"mapped.invoices": rows, "mapped.payments": rows})
    invoices = "select invoice_id, contact_id, total_amount::text, balance_amount::text, due_at::date::text from intermediate.int_invoices_unioned"
    assert con.execute(invoices).fetchall() == [("books:R-7", "books:5", "1200.1000", "0.0000", "2026-07-14")]
    payments = (
        "select payment_id, invoice_id, kind, amount::text, email from intermediate.int_payments_unioned order by 1"
    )
    assert con.execute(payments).fetchall() == [
        ("books:1", "books:R-7", "payment", "1200.1000", "a@x"),
        ("books:2", "books:R-8", "payment", None, None),
    ]
    unread = "select record_id, unparseable_fields from intermediate.int_records_unparseable"
    assert con.execute(unread).fetchall() == [("R-8", "total_amount")], "held back: sums are made of it"


@pytest.fixture(scope="module")
def custom(mapped: Compiled) -> duckdb.DuckDBPyConnection:
    return mapped.build(["int_contacts_custom", "int_customers_custom", "int_deals_custom"], {})


READ = [
    ("text", " gold ", "gold"), ("text", "", None), ("text", None, None),
    ("integer", "1500", 1500), ("integer", 7, 7), ("integer", "3.0", 3), ("integer", "3.7", "?"), ("integer", "many", "?"),
    ("decimal", "12.50", Decimal("12.5")), ("decimal", 0.1, Decimal("0.1")), ("decimal", "12,50", "?"),
    ("boolean", "true", True), ("boolean", False, False), ("boolean", "no", False), ("boolean", "maybe", "?"),
    ("date", "2026-02-28", date(2026, 2, 28)), ("date", "2026-02-28T10:00:00Z", date(2026, 2, 28)),
    ("date", "2026-02-30", "?"),
    ("timestamp", "2026-02-28T10:00:00+02:00", datetime(2026, 2, 28, 8)), ("timestamp", "noon", "?"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "expected"), READ)
def test_a_value_that_does_not_fit_its_type_is_null_and_named(
    mapped: Compiled, custom: duckdb.DuckDBPyConnection, kind: str, said: Any, expected: Any
) -> None:
    mapped.refill(custom, {"hubspot.contacts": [landed("1", {"properties": {kind: said}})]}, ["int_contacts_custom"])
    row = custom.execute(f"select contact_id, a_{kind}, parse_errors from intermediate.int_contacts_custom").fetchall()
    ((contact, value, unread),) = row
    assert (contact, value) == ("hubspot:1", None if expected == "?" else expected)
    assert (unread or "").split("=")[0] == (f"a_{kind}" if expected == "?" else "")
    assert str(said) not in (unread or "") or expected != "?", "a shape, not the value"


def test_it_is_taken_from_all_its_sources_newest_version_and_live_records_only(mapped: Compiled) -> None:
    def person(number: str, who: str, tier: str, **given: Any) -> dict[str, Any]:
        return {**landed(number, {"Person": who, "It's ~ a/b": tier}, source="crm", **given), "stream": "people"}

    given = {
        "hubspot.contacts": [
            landed("1", {"properties": {"tier": "old"}}),
            landed("1", {"properties": {"tier": "gold"}}, changed_at="2026-06-02 00:00:00"),
            landed("2", {"properties": {"tier": "gone"}}), landed("2", changed_at="2026-06-02 00:00:00"),
        ],
        "zendesk.users": [landed("9", {"user_fields": {"tier": "silver"}}, source="zendesk")],
        "mapped.contacts": [
            person("a", "17.0", "bronze", changed_at="2026-06-01 00:00:00"),
            person("b", "17", "iron", changed_at="2026-06-09 00:00:00"),
            {**person("c", "18", "other"), "stream": "others"},
        ],
        "hubspot.deals": [landed("5", {"properties": {"budget": "900.5"}})],
    }  # fmt: skip
    custom = mapped.build(["int_contacts_custom", "int_deals_custom"], given)
    sql = "select contact_id, stream, tier from intermediate.int_contacts_custom order by 1"
    assert custom.execute(sql).fetchall() == [
        ("crm:17", "people", "iron"), ("hubspot:1", "contacts", "gold"), ("zendesk:9", "users", "silver"),
    ]  # fmt: skip
    assert custom.execute("select deal_id, budget from intermediate.int_deals_custom").fetchall() == [
        ("hubspot:5", Decimal("900.5"))
    ]


def test_a_field_that_fills_a_column_of_the_entity_is_read_as_that_column(mapped: Compiled) -> None:
    person = {"Person": "7", "First": "Ann", "Likes": "pots"}
    given = {
        "hubspot.contacts": [
            landed("1", {"properties": {"firstname": "Ann", "likes": "tea;mugs", "tier": "gold"}}),
            landed("2", {"properties": {"firstname": "Lee"}}),
        ],
        "mapped.contacts": [{**landed("7", person, source="crm"), "stream": "people"}],
    }
    con = mapped.build(["int_contacts_unioned", "int_customers_custom"], given)
    sql = "select contact_id, first_name, interests from intermediate.int_contacts_unioned order by 1"
    assert con.execute(sql).fetchall() == [
        ("crm:7", "Ann", "pots"),
        ("hubspot:1", "Ann", "tea, mugs"),
        ("hubspot:2", "Lee", None),
    ]
    columns = {
        c for (c,) in con.execute("select column_name from (describe intermediate.int_customers_custom)").fetchall()
    }
    assert "tier" in columns and "interests" not in columns


def test_orders_tickets_and_companies_take_fields_too(mapped: Compiled) -> None:
    def ticket(*fields: tuple[int, str]) -> dict[str, Any]:
        return {"custom_fields": [{"id": number, "value": value} for number, value in fields]}

    given = {
        "shopify.orders": [landed("12", {"note": "a gift"}, source="shopify")],
        "hubspot.companies": [landed("3", {"properties": {"fleet": "40"}})],
        "zendesk.tickets": [
            landed("1", ticket((360, "no"), (3607, "12.5"), (36071, "no")), source="zendesk"),
            landed("2", ticket((360, "no")), source="zendesk"),
            landed("3", {"custom_fields": None}, source="zendesk"),
        ],
    }
    con = mapped.build(["int_orders_custom", "int_companies_custom", "int_tickets_custom"], given)
    assert con.execute("select order_id, note from intermediate.int_orders_custom").fetchall() == [
        ("shopify:12", "a gift")
    ]
    assert con.execute("select company_id, fleet from intermediate.int_companies_custom").fetchall() == [
        ("hubspot:3", 40)
    ]
    assert con.execute("select ticket_id, effort from intermediate.int_tickets_custom order by 1").fetchall() == [
        ("zendesk:1", Decimal("12.5")), ("zendesk:2", None), ("zendesk:3", None),
    ]  # fmt: skip


def test_the_companys_value_is_that_of_the_record_that_counts_first(mapped: Compiled) -> None:
    given = {
        "hubspot.companies": [
            landed("3", {"properties": {"name": "Oak GmbH", "domain": "oak.example", "fleet": None}}),
            landed("4", {"properties": {"name": "Oak", "domain": "oak.example", "fleet": "40"}}),
        ]
    }
    con = mapped.build(["int_accounts_custom"], given)
    assert con.execute("select fleet, count_of_custom_records from intermediate.int_accounts_custom").fetchall() == [
        (40, 2)
    ]


def test_the_customers_value_is_that_of_the_record_that_counts_first(
    mapped: Compiled, custom: duckdb.DuckDBPyConnection
) -> None:
    ranked = "create or replace table intermediate.int_records_ranked as select * from (values {}) as t(contact_id, customer_id, preference)"
    custom.execute(ranked.format("('hubspot:1', 'c_a', 1), ('zendesk:9', 'c_a', 2), ('hubspot:3', 'c_b', 1)"))
    one = {"properties": {"tier": None, "integer": 7}}
    given = {
        "hubspot.contacts": [landed("1", one), landed("3", {"properties": {"tier": "gold"}})],
        "zendesk.users": [landed("9", {"user_fields": {"tier": "silver"}}, source="zendesk")],
    }
    mapped.refill(custom, given, ["int_contacts_custom"])
    mapped.make(custom, "int_customers_custom")
    sql = "select customer_id, tier, a_integer from intermediate.int_customers_custom order by 1"
    assert custom.execute(sql).fetchall() == [("c_a", "silver", 7), ("c_b", "gold", None)]


def made_locally(**said: Any) -> Macros:
    return Macros({"mappings": [], **said})


def as_entity(
    entity: str, fields: dict[str, Any], records: list[dict[str, Any]], locale: Any = None, **more: Any
) -> list[dict[str, Any]]:
    """The rows that a mapping makes of these records, by the SQL that dbt would run."""
    mapping = {
        "source": "s",
        "stream": "r",
        "entity": entity,
        "id": None,
        "fields": fields,
        "locale": locale or {},
        **more,
    }
    macros = made_locally()
    own = id_of(entity)
    sql = macros.call("mapped_stream", mapping, entity, own, macros.call("columns_of", entity, own))
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    con.execute("create schema mapped")
    columns = ", ".join(f"{n} {k}" for n, k in {**LANDED, "stream": "text"}.items())
    con.execute(f"create table mapped.{entity} ({columns})")
    insert(
        con, f"mapped.{entity}", [{**landed(str(n), r, source="s"), "stream": "r"} for n, r in enumerate(records, 1)]
    )
    found = con.execute(f"select * from ({sql}) order by source_id")
    names = [c[0] for c in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


GERMAN = {"date_format": ["%d.%m.%Y", "%d.%m.%Y %H:%M"], "time_zone": "Europe/Berlin", "decimal": ",", "thousands": "."}
# How the stream is declared to write it, what it says, what that is, and the shape that is listed where it is nothing.
NUMBERS = [
    (GERMAN, "1.459,28", "1459.2800", None), (GERMAN, "1.459", "1459.0000", None), (GERMAN, "12,5", "12.5000", None),
    (GERMAN, "-1.234.567", "-1234567.0000", None), (GERMAN, 1459.28, "1459.2800", None), (GERMAN, 1.459, "1.4590", None),
    (GERMAN, " 7,00 € ", "7.0000", None), (GERMAN, "14.59", None, "99.99"), (GERMAN, "1,234.50", None, "9,999.99"),
    ({"decimal": ","}, "1.459,28", None, "9.999,99"), ({"decimal": ","}, "1459,28", "1459.2800", None),
    ({"decimal": ".", "thousands": ","}, "1,459.28", "1459.2800", None),
    ({"decimal": ",", "thousands": " "}, "1\u202f459,28", "1459.2800", None),
    ({"decimal": ".", "thousands": "'"}, "1'459.28", "1459.2800", None),
    ({}, "1459.28", "1459.2800", None), ({}, "1.459", "1.4590", None), ({}, "1,459", None, "9,999"),
    ({"null_words": ["NULL", "~"]}, "~", None, None), ({"null_words": ["NULL"]}, "~", None, "~"), ({}, "-", None, None),
]  # fmt: skip
MOMENTS = [
    (GERMAN, "08.06.2025", "2025-06-08 00:00:00", None), (GERMAN, "26.04.2025 14:01", "2025-04-26 12:01:00", None),
    (GERMAN, "26.01.2025 14:01", "2025-01-26 13:01:00", None), (GERMAN, "2025-04-26T14:01:00Z", "2025-04-26 14:01:00", None),
    (GERMAN, "2025-04-26 14:01", "2025-04-26 12:01:00", None), (GERMAN, "2025-04-26", "2025-04-26 00:00:00", None),
    (GERMAN, "01.02.24", None, "99.99.99"), (GERMAN, "31.02.2025", None, "99.99.9999"),
    ({"date_format": ["%m/%d/%Y %I:%M %p"]}, "1/2/2024 3:04 PM", "2024-01-02 15:04:00", None),
    ({"date_format": ["%d/%m/%y"]}, "12/03/85", "1985-03-12 00:00:00", None),
    ({}, "03/04/1985", None, "99/99/9999"), ({}, "05-03-24", None, "99-99-99"), ({}, "infinity", None, "aaaaaaaa"),
    ({}, "0001-01-01", None, "year 0001"), ({}, "1900-01-01", None, "year 1900"), ({}, "9999-12-31", None, "year 9999"),
]  # fmt: skip


@pytest.mark.parametrize(("locale", "said", "is_read", "shape"), NUMBERS)
def test_a_number_is_read_as_its_stream_writes_it(
    locale: Any, said: Any, is_read: str | None, shape: str | None
) -> None:
    (row,) = as_entity("orders", {"total_amount": "t"}, [{"t": said}], locale)
    assert row["total_amount"] == (None if is_read is None else Decimal(is_read))
    assert row["parse_errors"] == (f"total_amount={shape}" if shape else None)


@pytest.mark.parametrize(("locale", "said", "is_read", "shape"), MOMENTS)
def test_a_moment_is_read_as_its_stream_writes_it(
    locale: Any, said: str, is_read: str | None, shape: str | None
) -> None:
    (row,) = as_entity("orders", {"ordered_at": "t"}, [{"t": said}], locale)
    assert row["ordered_at"] == (None if is_read is None else datetime.fromisoformat(is_read))
    assert row["parse_errors"] == (f"ordered_at={shape}" if shape else None)


def test_a_refund_is_what_was_given_back_whatever_its_sign() -> None:
    rows = as_entity("orders", {"refunded_amount": "r"}, [{"r": "-20"}, {"r": "20"}, {"r": ""}])
    assert [r["refunded_amount"] for r in rows] == [Decimal(20), Decimal(20), None]


def test_where_commas_occur_one_thousand_is_no_fraction() -> None:
    """1.459 beside 1.784,31 is refused, alone it is what it says; other columns have no say in it."""
    rows = as_entity(
        "orders", {"total_amount": "t", "tax_amount": "x"}, [{"t": "1.459", "x": "1.459"}, {"t": "1.784,31", "x": "2"}]
    )
    assert [(r["total_amount"], r["tax_amount"], r["parse_errors"]) for r in rows] == [
        (None, Decimal("1.459"), "total_amount=9.999"),
        (None, Decimal(2), "total_amount=9.999,99"),
    ]


SPECS = [
    ({"columns": ["a", "b"]}, {"a": " Ann ", "b": "Lee"}, "Ann Lee"), ({"columns": ["a", "b"]}, {"a": "", "b": "Lee"}, "Lee"),
    ({"columns": ["a", "b"], "separator": "-"}, {"a": "R", "b": 7}, "R-7"), ({"columns": ["a", "b"]}, {}, None),
    ({"column": "a", "split": "/", "part": 2}, {"a": "x/ y /z"}, "y"), ({"column": "a", "split": "/", "part": -1}, {"a": "x/y"}, "y"),
    ({"column": "a", "split": "/", "part": 5}, {"a": "x/y"}, None),
    ({"column": "a", "lookup": {"1": "paid"}}, {"a": 1}, "paid"), ({"column": "a", "lookup": {"Ja": "paid"}}, {"a": " JA"}, "paid"),
    ({"column": "a", "lookup": {"1": "paid"}}, {"a": "2"}, "2"),
    ({"column": "a", "lookup": {"1": "paid"}, "default": "open"}, {"a": "2"}, "open"),
    ({"value": "constant"}, {}, "constant"), ({"column": "a", "default": "plain"}, {"a": " "}, "plain"),
    ("a.b", {"a": {"b": "inner"}}, "inner"), ("a.b", {"a.b": "outer", "a": {"b": "inner"}}, "outer"),
    ("a.1.c", {"a": [{"c": "x"}, {"c": "y"}]}, "y"), ("Kundennr.", {"Kundennr.": "K1"}, "K1"), ("a..b", {"a..b": "x"}, "x"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "record", "text"), SPECS)
def test_a_text_is_joined_split_looked_up_or_found_inside(spec: Any, record: dict[str, Any], text: str | None) -> None:
    (row,) = as_entity("orders", {"name": spec}, [record])
    assert row["name"] == text


def test_only_some_records_are_an_entity() -> None:
    records = [{"kind": k, "gone": g} for k, g in (("a", ""), ("b", ""), ("c", None), ("a", "yes"), (None, ""))]
    filters = [
        {"column": "kind", "texts": ["a", "b"], "wanted": True},
        {"column": "gone", "texts": ["yes"], "wanted": False},
    ]
    assert [r["source_id"] for r in as_entity("orders", {"name": "kind"}, records, filters=filters)] == ["1", "2"]


WORDS = [("ja", True), ("Nein", False), ("true", True), ("0", False), ("oui", True), ("peut-être", None)]


@pytest.mark.parametrize(("word", "answer"), WORDS)
def test_yes_and_no_in_the_streams_own_words(word: str, answer: bool | None) -> None:
    locale = {"true_words": ["ja"], "false_words": ["nein"]}
    (row,) = as_entity("contacts", {"email_consent": "c"}, [{"c": word}], locale)
    assert row["email_consent"] is answer
    assert (row["parse_errors"] is None) is (answer is not None)
