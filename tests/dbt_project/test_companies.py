"""Which companies are one: truth tables over the company models, from records to golden records and their people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pytest

from .conftest import Compiled, insert

Company = Mapping[str, Any]
TARGETS = ["int_companies_survived", "int_customers_employed"]


def called(name: str | None, domain: str | None = None, **fields: Any) -> Company:
    return {"name": name, "domain": domain, **fields}


CASES: dict[str, tuple[dict[str, Company], list[str]]] = {
    "one domain, however it is written": (
        {
            "a:1": called("Cobalt Optics GmbH", "cobalt.example"),
            "b:1": called("Cobalt Optics", "https://www.Cobalt.example/en"),
        },
        ["a:1 b:1"],
    ),
    "one domain, but another name": (
        {"a:1": called("Cobalt Optics", "holding.example"), "b:1": called("River Software", "holding.example")},
        ["a:1", "b:1"],
    ),
    "one name in one place": (
        {"a:1": called("Müller & Söhne GmbH & Co. KG", city="Köln"), "b:1": called("Muller & Sohne", city="koln")},
        ["a:1 b:1"],
    ),
    "one name in two places": (
        {
            "a:1": called("Adler Apotheke", city="Köln", country="DE"),
            "b:1": called("Adler Apotheke", city="Bonn", country="DE"),
        },
        ["a:1", "b:1"],
    ),
    "one name with two domains": (
        {"a:1": called("Delta Inc.", "delta.example"), "b:1": called("Delta", "delta-air.example")},
        ["a:1", "b:1"],
    ),
    "a mail provider is no company's domain": (
        {"a:1": called("Ann's Shop", "gmail.com"), "b:1": called("Ann's Garage", "gmail.com")},
        ["a:1", "b:1"],
    ),
    "a part of a company's domain": (
        {"a:1": called("Cobalt Optics", "cobalt.co.uk"), "b:1": called("Cobalt", "http://shop.cobalt.co.uk")},
        ["a:1 b:1"],
    ),
    "a public suffix is no company's domain": (
        {"a:1": called("Cobalt", "cobalt.co.uk"), "b:1": called("Cobalt", "river.co.uk"), "c:1": called("Ci", "co.uk")},
        ["a:1", "b:1", "c:1"],
    ),
    "a shop host's customers": (
        {"a:1": called("Cobalt", "cobalt.myshopify.com"), "b:1": called(None, "river.myshopify.com")},
        ["a:1", "b:1"],
    ),
    "a name that is a title": (
        {"a:1": called("ING", city="Gent"), "b:1": called("ING", city="Gent"), "c:1": called("Dr. ING", city="Gent")},
        ["a:1 b:1", "c:1"],
    ),
    "merged in the source": (
        {"a:1": called("Cobalt"), "a:2": called("River", is_deleted=True, merged_into="a:1")},
        ["a:1 a:2"],
    ),
    "by way of a third": (
        {
            "a:1": called("Cobalt Optics", "cobalt.example"),
            "b:1": called("Cobalt", "cobalt.example", city="Köln"),
            "c:1": called("Cobalt Ltd", city="Köln"),
        },
        ["a:1 b:1 c:1"],
    ),
    "a word that all use": (
        {f"a:{n:02}": called("Restaurant", city="Köln") for n in range(11)},
        [f"a:{n:02}" for n in range(11)],
    ),
}


class Companies:
    """The company models, built once, then refilled for each case."""

    def __init__(self, project: Compiled) -> None:
        self.project = project
        self.con: duckdb.DuckDBPyConnection = project.build(TARGETS, {})
        needed = project.needed_for(TARGETS)
        folders = {n: project.models[n]["original_file_path"] for n in needed}
        self.models = [n for n in needed if "/companies/" in folders[n] or n.startswith("int_domains_")]

    def build(self, companies: Mapping[str, Company], ledger: list[dict[str, Any]] | None = None) -> dict[str, str]:
        """The account id of each company record."""
        rows = [
            {
                "company_id": key,
                "source": key.split(":")[0],
                "source_id": key.split(":")[1],
                "is_deleted": False,
                **given,
            }
            for key, given in companies.items()
        ]
        for table, content in (("intermediate.int_companies_unioned", rows), ("ledger.account_ids", ledger or [])):
            self.con.execute(f"delete from {table}")
            insert(self.con, table, content)
        for name in self.models:
            self.project.make(self.con, name)
        return dict(
            self.con.execute("select company_id, account_id from intermediate.int_companies_assigned").fetchall()
        )


@pytest.fixture(scope="module")
def companies(project: Compiled) -> Companies:
    return Companies(project)


@pytest.mark.parametrize("case", CASES)
def test_which_companies_are_one(companies: Companies, case: str) -> None:
    given, expected = CASES[case]
    found = companies.build(given)
    groups = {frozenset(r for r in found if found[r] == account) for account in set(found.values())}
    assert groups == {frozenset(group.split()) for group in expected}


def test_an_account_keeps_its_id(companies: Companies) -> None:
    first = companies.build({"b:1": called("Cobalt", "cobalt.example")})
    held = [{"source": "b", "source_id": "1", "account_id": first["b:1"], "assigned_at": "2026-07-01", "version": 1}]
    joined = {"a:1": called("Cobalt", "cobalt.example"), "b:1": called("Cobalt", "cobalt.example")}
    assert companies.build(joined, held) == {"a:1": first["b:1"], "b:1": first["b:1"]}
    apart = {"a:1": called("River", "river.example"), "b:1": called("Cobalt", "cobalt.example")}
    again = companies.build(apart, held)
    assert again["b:1"] == first["b:1"] != again["a:1"]


def test_people_belong_to_the_company_of_their_record_or_of_their_address(companies: Companies) -> None:
    people = [
        {"customer_id": "c_1", "company_id": "a:1", "email": "x@gmail.com"},
        {"customer_id": "c_2", "email": "x@cobalt.example"},
        {"customer_id": "c_3", "email": "x@gmail.com"},
        {"customer_id": "c_4", "company_id": "a:9", "email": "y@cobalt.example"},
        {"customer_id": "c_5", "email": "z@mail.Cobalt.example"},
    ]
    companies.con.execute("delete from intermediate.int_customers_survived")
    insert(companies.con, "intermediate.int_customers_survived", people)
    addresses = [{"contact_id": person["customer_id"], "email": person["email"]} for person in people]
    insert(companies.con, "intermediate.int_contacts_unioned", addresses)
    found = companies.build({"a:1": called("Cobalt Optics GmbH", "cobalt.example", city="Köln", country="Germany")})
    employed = dict(companies.con.execute("select * from intermediate.int_customers_employed").fetchall())
    assert employed == dict.fromkeys(("c_1", "c_2", "c_4", "c_5"), found["a:1"])
    told = companies.con.execute(
        "select name, domain, city, country from intermediate.int_companies_survived"
    ).fetchall()
    assert told == [("Cobalt Optics GmbH", "cobalt.example", "Köln", "DE")]
