"""One truth by kind, for several vendors and a file alike: what is a sale, what it is worth, what is no value at all."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from .conftest import Compiled, landed
from .test_refunds import LEDGER, euro, of_file

AT = "2026-03-01T10:00:00"
View = str
Told = tuple[View, str, dict[str, Any]]  # where it has landed, as whose, and the record


def shopify(state: str, total: str = "119", tax: str = "19", **more: Any) -> Told:
    record = {
        "createdAt": f"{AT}Z", "displayFinancialStatus": state, "currencyCode": "EUR", "taxesIncluded": False,
        "totalPriceSet": euro(total), "totalTaxSet": euro(tax), "totalShippingPriceSet": euro("0"),
        "totalRefundedSet": euro("0"), "refunds": [], **more,
    }  # fmt: skip
    return "shopify.orders", "shop", record


def woo(status: str, **more: Any) -> Told:
    record = {
        "status": status, "currency": "EUR", "total": "119", "total_tax": "19", "shipping_total": "0",
        "date_created_gmt": AT, "refunds": [], **more,
    }  # fmt: skip
    return "woocommerce.orders", "woo", record


def odoo(state: str, total: float = 119.0, tax: float = 19.0) -> Told:
    return "odoo.orders", "odoo", {"state": state, "date_order": AT, "amount_total": total, "amount_tax": tax}


def filed(**record: Any) -> Told:
    return "mapped.orders", LEDGER, {"At": "2026-03-01 09:00:00", "Total": "119", "Tax": "19", **record}


PAID = {"date_paid_gmt": AT}
# Each order and what it is worth: 100 of goods, 19 of tax, or nothing, for it was never paid.
ORDERS: dict[str, tuple[Told, float]] = {
    "shopify paid": (shopify("PAID"), 100), "shopify part of it paid": (shopify("PARTIALLY_PAID"), 100),
    "shopify voided": (shopify("VOIDED"), 0), "shopify expired": (shopify("EXPIRED"), 0),
    "shopify authorised": (shopify("AUTHORIZED"), 0), "shopify pending": (shopify("PENDING"), 0),
    "shopify cancelled": (shopify("VOIDED", cancelledAt=f"{AT}Z"), 0),
    "shopify test": (shopify("PAID", test=True), 0),
    "woo processing": (woo("processing", **PAID), 100), "woo completed": (woo("completed", **PAID), 100),
    "woo pending": (woo("pending"), 0), "woo on hold": (woo("on-hold"), 0), "woo failed": (woo("failed"), 0),
    "woo cancelled": (woo("cancelled"), 0), "woo an extension's own, paid": (woo("packed", **PAID), 100),
    "odoo confirmed": (odoo("sale"), 100), "odoo locked": (odoo("done"), 100), "odoo cancelled": (odoo("cancel"), 0),
    "odoo quotation": (odoo("draft"), 0), "odoo quotation sent": (odoo("sent"), 0),
    "file paid": (filed(State="bezahlt"), 100), "file cancelled": (filed(State="STORNIERT"), 0),
    "file pending": (filed(State="Awaiting_Payment"), 0), "file void": (filed(State="void"), 0),
    "file expired": (filed(State="expiré"), 0), "file authorised": (filed(State="Authorised"), 0),
    "file a quote": (filed(State="Angebot"), 0),
    # Shipping of 10, its tax inside the price or on top; and the same tax inside the price of goods.
    "shopify shipping": (shopify("PAID", "129", totalShippingPriceSet=euro("10")), 100),
    "shopify shipping and tax inside": (shopify(
        "PAID", "130.90", "20.90", taxesIncluded=True, totalShippingPriceSet=euro("11.90"), shippingLines={"nodes": [
            {"discountedPriceSet": euro("11.90"), "taxLines": [{"priceSet": euro("1.90")}]},
        ]}), 100),
    "woo shipping": (woo("completed", total="130.90", total_tax="20.90", shipping_total="10", **PAID), 100),
    "file shipping": (filed(Total="129", Shipping="10"), 100),
    "file shipping and its tax": (filed(Total="130.90", Tax="20.90", Shipping="11.90", ShippingTax="1.90"), 100),
    # A credit note is netted as the sale that it takes back.
    "odoo credit note": (odoo("sale", -119.0, -19.0), -100), "file credit note": (filed(Total="-119", Tax="-19"), -100),
    "file credit note, tax without a sign": (filed(Total="-119", Tax="19"), -100),
}  # fmt: skip


@pytest.fixture(scope="module")
def priced(mapped: Compiled) -> dict[str, float]:
    """What each order is worth, by its name; one that is not there is worth nothing."""
    given: dict[str, list[dict[str, Any]]] = {}
    names: dict[str, str] = {}
    for number, (name, ((view, source, record), _)) in enumerate(ORDERS.items(), start=1):
        row = landed(f"gid://shopify/Order/{number}" if source == "shop" else str(number), record, source=source)
        if source == LEDGER:
            row = of_file("sales", f"S{number}", **record)
        given.setdefault(view, []).append(row)
        names[f"{source}:{'S' if source == LEDGER else ''}{number}"] = name
    with mapped.build(["int_orders_priced"], given) as con:
        sql = "select order_id, net_revenue from intermediate.int_orders_priced"
        return {names[order_id]: float(net) for order_id, net in con.execute(sql).fetchall()}


@pytest.mark.parametrize("name", ORDERS)
def test_what_an_order_is_worth(priced: dict[str, float], name: str) -> None:
    assert priced.get(name, 0.0) == ORDERS[name][1]


def person(first: str, email: str, phone: str, country: str) -> list[Told]:
    """One person as four vendors and a file tell of them."""
    hubspot = {"firstname": first, "lastname": "Ek", "email": email, "phone": phone, "country": country}
    salesforce = {"FirstName": first, "LastName": "Ek", "Email": email, "Phone": phone, "MailingCountry": country}
    zoho = {"First_Name": first, "Last_Name": "Ek", "Email": email, "Phone": phone, "Mailing_Country": country}
    dynamics = {
        "firstname": first,
        "lastname": "Ek",
        "emailaddress1": email,
        "telephone1": phone,
        "address1_country": country,
    }
    shop = {"firstName": first, "lastName": "Ek", "defaultEmailAddress": {"emailAddress": email},
            "defaultPhoneNumber": {"phoneNumber": phone}, "defaultAddress": {"countryCodeV2": country}}  # fmt: skip
    file = {"First": first, "Last": "Ek", "Mail": email, "Phone": phone, "Country": country}
    return [
        ("hubspot.contacts", "hubspot", {"properties": hubspot}), ("salesforce.contacts", "salesforce", salesforce),
        ("zoho.contacts", "zoho", zoho), ("dynamics.contacts", "dynamics", dynamics),
        ("shopify.customers", "shop", shop), ("mapped.contacts", LEDGER, file),
    ]  # fmt: skip


WORDS = ("NULL", "\\N", "n/a", "#N/A", "None", "-", "nan", "  ")
SOURCES = ("hubspot", "salesforce", "zoho", "dynamics", "shop", LEDGER)


@pytest.fixture(scope="module")
def people(mapped: Compiled) -> duckdb.DuckDBPyConnection:
    """A person whose every field says nothing, for each word for it; and one who is written in five ways."""
    tellings = [person(word, word, word, word) for word in WORDS]
    ways = ("Germany", "germany", "DE", "Deutschland", " GERMANY ")
    tellings += [person("Ann", " Ann@X.example", "+49 30 901820", country) for country in ways]
    given: dict[str, list[dict[str, Any]]] = {}
    for number, told in enumerate(tellings, start=1):
        for view, source, record in told:
            row = landed(f"gid://shopify/Customer/{number}" if source == "shop" else str(number), record, source=source)
            if source == LEDGER:
                row = of_file("people", str(number), **record)
            given.setdefault(view, []).append(row)
    return mapped.build(["int_contacts_standardized"], given)


@pytest.mark.parametrize("source", SOURCES)
def test_words_for_nothing_are_no_values(people: duckdb.DuckDBPyConnection, source: str) -> None:
    sql = """select count(*), count(full_first_key), count(email_key), count(phone_ending), count(country_code)
        from intermediate.int_contacts_standardized where source = ? and source_id::int <= ?"""
    assert people.execute(sql, [source, len(WORDS)]).fetchall() == [(len(WORDS), 0, 0, 0, 0)]


@pytest.mark.parametrize("source", SOURCES)
def test_one_country_and_one_address_however_they_are_written(people: duckdb.DuckDBPyConnection, source: str) -> None:
    sql = """select distinct email_key, phone_key, country_code from intermediate.int_contacts_standardized
        where source = ? and source_id::int > ?"""
    assert people.execute(sql, [source, len(WORDS)]).fetchall() == [("ann@x.example", "+4930901820", "DE")]


def won(amount: str, is_won: bool) -> list[Told]:
    """A deal that closed on 1 May 2026, as four vendors and a file tell of it."""
    day, word = "2026-05-01", "Won" if is_won else "Lost"
    hubspot = {
        "amount": amount, "closedate": f"{day}T00:00:00Z", "hs_is_closed": "true", "hs_is_closed_won": str(is_won).lower(),
    }  # fmt: skip
    salesforce = {"Amount": amount, "CloseDate": day, "IsClosed": True, "IsWon": is_won, "StageName": f"Closed {word}"}
    dynamics = {
        "statecode": 1 if is_won else 2, "actualvalue": amount if is_won else 0, "estimatedvalue": amount,
        "actualclosedate": day,
    }  # fmt: skip
    file = {"Amount": amount, "Closed": day, "Done": "ja", "Won": "ja" if is_won else "nein"}
    return [
        ("hubspot.deals", "hubspot", {"createdAt": "2026-04-01T00:00:00Z", "properties": hubspot}),
        ("salesforce.opportunities", "salesforce", {"CreatedDate": "2026-04-01T00:00:00Z", **salesforce}),
        ("zoho.deals", "zoho", {"Stage": f"Closed {word}", "Amount": amount, "Closing_Date": day}),
        ("dynamics.opportunities", "dynamics", {"createdon": "2026-04-01T00:00:00Z", **dynamics}),
        ("mapped.deals", LEDGER, file),
    ]  # fmt: skip


def test_a_deal_won_is_a_purchase_and_a_lost_one_is_none(mapped: Compiled) -> None:
    given: dict[str, list[dict[str, Any]]] = {}
    for number, told in (("1", won("500", True)), ("2", won("900", False))):
        for view, source, record in told:
            row = landed(number, record, source=source)
            given.setdefault(view, []).append(of_file("offers", number, **record) if source == LEDGER else row)
    with mapped.build(["int_purchases"], given) as con:
        sql = """select source, record_id, is_sale, net_revenue::int, purchase_date::text
            from intermediate.int_purchases order by all"""
        found = con.execute(sql).fetchall()
    sources = ("dynamics", "hubspot", LEDGER, "salesforce", "zoho")
    assert found == [(source, f"{source}:1", True, 500, "2026-05-01") for source in sources]
