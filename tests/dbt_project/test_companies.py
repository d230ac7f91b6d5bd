"""Which companies are one: truth tables over the company models, from records to golden records and their people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pytest

from .conftest import Compiled, insert

Company = Mapping[str, Any]
TARGETS = [
    "int_companies_survived",
    "int_customer_companies",
    "int_company_review_candidates",
    "int_companies_explained",
    "int_company_decisions_checked",
    "company_id_aliases",
]


def called(name: str | None, domain: str | None = None, **fields: Any) -> Company:
    return {"name": name, "domain": domain, **fields}


STREET = {"street": "High Street 1", "postal_code": "10115"}
MUST, CANNOT = "must-link", "cannot-link"


def decided(decision: str, a: str, b: str, author: str = "Vera") -> Mapping[str, Any]:
    return {
        "decision": decision, "company_id_a": a, "company_id_b": b, "author": author, "decided_on": "2026-06-01",
        "reason": "asked them",
    }  # fmt: skip


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
    "one name in one street, with two domains": (
        {
            "a:1": called("Delta Inc.", "delta.example", **STREET),
            "b:1": called("Delta", "delta-air.example", street="high st. 1", postal_code="10 115"),
        },
        ["a:1", "b:1"],
    ),
    "one name in the same street, with two domains": (
        {"a:1": called("Delta Inc.", "delta.example", **STREET), "b:1": called("Delta", "delta-air.example", **STREET)},
        ["a:1 b:1"],
    ),
    "nearly one name in one street": (
        {"a:1": called("Cobalt Optics", **STREET), "b:1": called("Cobalt Optcis Ltd", **STREET)},
        ["a:1 b:1"],
    ),
    "an office building": (
        {"a:1": called("Cobalt Optics", **STREET), "b:1": called("River Software", **STREET)},
        ["a:1", "b:1"],
    ),
    "one name and telephone in two places": (
        {
            "a:1": called("Cobalt", phone="+49 30 1234568", city="Berlin"),
            "b:1": called("Cobalt", phone="030/123 45 68", city="Potsdam"),
        },
        ["a:1 b:1"],
    ),
    "one telephone, other names": (
        {"a:1": called("Cobalt", phone="+49 30 1234568"), "b:1": called("River", phone="+49 30 1234568")},
        ["a:1", "b:1"],
    ),
    "two branches": (
        {"a:1": called("Filiale 12", city="Köln"), "b:1": called("Filiale 13", city="Köln")},
        ["a:1", "b:1"],
    ),
    "a branch with a number under the company's domain": (
        {"a:1": called("Cobalt", "cobalt.example"), "b:1": called("Cobalt 2", "cobalt.example")},
        ["a:1", "b:1"],
    ),
    "one trade, another word before it, in one street": (
        {"a:1": called("Cedar Textiles", **STREET), "b:1": called("Alder Textiles", **STREET)},
        ["a:1", "b:1"],
    ),
    "what is no company's name": (
        {
            f"a:{n}": called(name, city="Köln")
            for n, name in enumerate(
                ("privat", "Privat", "self-employed", "Self employed", "n/a", "N.A.", "test", "Test GmbH")
            )
        },
        [f"a:{n}" for n in range(8)],
    ),
    "a page at a host where all have one": (
        {
            "a:1": called("Cobalt", "https://www.facebook.com/cobalt", city="Köln"),
            "b:1": called("Cobalt Bar", "facebook.com", city="Bonn"),
            "c:1": called("River", "river.wixsite.com/home"),
            "d:1": called("River AG", "river.wixsite.com"),
        },
        ["a:1", "b:1", "c:1 d:1"],
    ),
    "a host with many names, and a company with many records": (
        {f"a:{n:02}": called(f"Cobalt {chr(65 + n) * 5}", "web-builder.example") for n in range(11)}
        | {f"a:{n:02}": called("Cobalt", "web-builder.example") for n in range(11, 13)}
        | {f"b:{n:02}": called("River", "river.example") for n in range(30)},
        [*(f"a:{n:02}" for n in range(11)), "a:11 a:12", " ".join(f"b:{n:02}" for n in range(30))],
    ),
    "a record in the middle tells of neither place": (
        {
            "a:1": called("Adler Apotheke", city="Köln"),
            "b:1": called("Adler Apotheke"),
            "c:1": called("Adler Apotheke", city="Bonn"),
        },
        ["a:1", "b:1", "c:1"],
    ),
    "a record in the middle tells of neither domain": (
        {
            "a:1": called("Delta", "delta.example", city="Köln"),
            "b:1": called("Delta", city="Köln"),
            "c:1": called("Delta", "delta-air.example", city="Köln"),
        },
        ["a:1", "b:1", "c:1"],
    ),
    "a record in the middle tells of neither daughter": (
        {
            "a:1": called("Cobalt Optics", "cobalt.example"),
            "b:1": called("Cobalt", "cobalt.example"),
            "c:1": called("Cobalt Software", "cobalt.example"),
        },
        ["a:1", "b:1", "c:1"],
    ),
    "a record without a name tells of neither": (
        {
            "a:1": called("Cobalt", "holding.example"),
            "b:1": called(None, "holding.example"),
            "c:1": called("River", "holding.example"),
        },
        ["a:1", "b:1", "c:1"],
    ),
    "a company with branches takes its records without a domain": (
        {
            "a:1": called("Delta", "delta.example", city="Köln"),
            "a:2": called("Delta", "delta.example", city="Bonn"),
            "b:1": called("Delta GmbH", city="Köln"),
        },
        ["a:1 a:2 b:1"],
    ),
    "merged in the source, one after another, and unlike": (
        {
            "a:1": called("Cobalt", "cobalt.example", city="Köln"),
            "a:2": called("River", is_deleted=True, merged_into="a:1"),
            "a:3": called("Lake", is_deleted=True, merged_into="a:2"),
            "b:1": called("Cobalt", "cobalt.example"),
        },
        ["a:1 a:2 a:3 b:1"],
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

    def build(
        self,
        companies: Mapping[str, Company],
        ledger: Sequence[Mapping[str, Any]] = (),
        decisions: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, str]:
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
        for table, content in (
            ("intermediate.int_companies_unioned", rows),
            ("ledger.account_ids", ledger),
            ("seeds.company_decisions", decisions),
        ):
            self.con.execute(f"delete from {table}")
            insert(self.con, table, content)
        for name in (*self.models, "company_id_aliases"):
            self.project.make(self.con, name)
        return dict(
            self.con.execute("select company_id, account_id from intermediate.int_companies_assigned").fetchall()
        )


@pytest.fixture(scope="module")
def companies(project: Compiled) -> Companies:
    return Companies(project)


def groups(found: Mapping[str, str]) -> set[frozenset[str]]:
    return {frozenset(r for r in found if found[r] == account) for account in set(found.values())}


@pytest.mark.parametrize("case", CASES)
def test_which_companies_are_one(companies: Companies, case: str) -> None:
    given, expected = CASES[case]
    assert groups(companies.build(given)) == {frozenset(group.split()) for group in expected}


COBALT = {
    "a:1": called("Cobalt", "cobalt.example"),
    "b:1": called("Cobalt GmbH", "cobalt.example"),
    "c:1": called("Cobalt", "cobalt.example"),
    "d:1": called("River Software", "river.example"),
}
DECISIONS: dict[str, tuple[list[Mapping[str, Any]], list[str], list[tuple[str, str, str | None]]]] = {
    "no decision": ([], ["a:1 b:1 c:1", "d:1"], []),
    "one company, whatever the fields say": (
        [decided(MUST, "a:1", "d:1")],
        ["a:1 b:1 c:1 d:1"],
        [(MUST, "honoured", None)],
    ),
    "two companies, also by way of a third": (
        [decided(CANNOT, "a:1", "b:1")],
        ["a:1 c:1", "b:1", "d:1"],
        [(CANNOT, "honoured", None)],
    ),
    "one against the other: both authors are told": (
        [decided(MUST, "a:1", "b:1", "Max"), decided(CANNOT, "b:1", "a:1", "Vera")],
        ["a:1 c:1", "b:1", "d:1"],
        [(CANNOT, "honoured", "Max"), (MUST, "overruled by a cannot-link", "Vera")],
    ),
    "against each other by way of a third": (
        [decided(MUST, "a:1", "d:1", "Max"), decided(MUST, "d:1", "b:1", "Max"), decided(CANNOT, "a:1", "b:1")],
        ["a:1 c:1 d:1", "b:1"],
        [
            (CANNOT, "honoured", "Max"),
            (MUST, "honoured", "Vera"),
            (MUST, "overruled by a cannot-link", "Vera"),
        ],
    ),
    "a record that is not there": (
        [decided(MUST, "a:1", "z:9")],
        ["a:1 b:1 c:1", "d:1"],
        [(MUST, "a record is not known", None)],
    ),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_people_have_the_last_word(companies: Companies, case: str) -> None:
    decisions, expected, told = DECISIONS[case]
    assert groups(companies.build(COBALT, decisions=decisions)) == {frozenset(group.split()) for group in expected}
    outcomes = "select decision, outcome, opposed_by from intermediate.int_company_decisions_checked order by all"
    assert companies.con.execute(outcomes).fetchall() == told


def test_a_decision_wins_over_a_merge_in_the_source(companies: Companies) -> None:
    merged = {"a:1": called("Cobalt"), "a:2": called("River", is_deleted=True, merged_into="a:1")}
    held = [{"source": "a", "source_id": "2", "account_id": "a_2", "assigned_at": "2026-06-01", "version": 1}]
    assert companies.build(merged, held)["a:1"] == "a_2"
    found = companies.build(merged, held, [decided(CANNOT, "a:1", "a:2")])
    assert found["a:2"] == "a_2" != found["a:1"]


def test_every_link_has_its_rule_and_its_evidence_in_words(companies: Companies) -> None:
    given = {
        "a:1": called("Cobalt", "cobalt.example", city="Köln"),
        "b:1": called("Cobalt GmbH", "www.cobalt.example", city="Bonn"),
        "c:1": called("Delta", is_deleted=True, merged_into="d:1"),
        "d:1": called("River"),
        "e:1": called("Lake"),
        "f:1": called("Lagoon"),
        "g:1": called("Alone"),
    }
    companies.build(given, decisions=[decided(MUST, "e:1", "f:1")])
    found = companies.con.execute(
        "select company_id, rule, evidence, linked_company_id from intermediate.int_companies_explained order by all"
    ).fetchall()
    assert found[::2] == [
        ("a:1", "same domain", "names the same, domains the same, places differ", "b:1"),
        ("c:1", "source merge", "merged in c", "d:1"),
        ("e:1", "decision", "decided by Vera on 2026-06-01: asked them", "f:1"),
    ]
    assert [row[0] for row in found] == ["a:1", "b:1", "c:1", "d:1", "e:1", "f:1"]


def test_the_queue_asks_of_the_doubtful_the_worst_first_and_not_of_what_is_decided(companies: Companies) -> None:
    given = {
        # Nearly one name at one telephone, each with a domain of its own.
        "a:1": called("Cobalt Optics", "cobalt.example", phone="+49 221 123458", city="Köln"),
        "b:1": called("Cobalt Optcis", "cobalt-optics.example", phone="0049 221 123458", city="Köln"),
        # One domain, another name.
        "c:1": called("River Software", "river.example", city="Bonn"),
        "d:1": called("Lake Foods", "river.example", city="Bonn"),
        # One name in two places.
        "e:1": called("Adler Apotheke", city="Köln"),
        "f:1": called("Adler Apotheke", city="Bonn"),
        # Made one by the name alone.
        "g:1": called("Quartz", "quartz.example"),
        "h:1": called("Quartz"),
        # Sure, and of no interest.
        "i:1": called("Lumen", "lumen.example"),
        "j:1": called("Lumen", "lumen.example"),
        "k:1": called("Lumen Foods", "foods.example"),
    }
    queue = """select company_id_a, company_id_b, is_one_company, agreement
        from intermediate.int_company_review_candidates order by place_in_queue"""
    companies.build(given)
    found = companies.con.execute(queue).fetchall()
    assert found == [
        ("a:1", "b:1", False, "names nearly the same, domains differ, places the same, telephones the same"),
        ("e:1", "f:1", False, "names the same, a domain is missing, places differ"),
        ("g:1", "h:1", True, "names the same, a domain is missing, a place is missing"),
        ("c:1", "d:1", False, "names differ, domains the same, places the same"),
    ]
    decisions = [decided(CANNOT, b, a) for a, b, _, _ in found]
    companies.build(given, decisions=decisions)
    assert companies.con.execute(queue).fetchall() == []


def test_an_account_keeps_its_id(companies: Companies) -> None:
    first = companies.build({"b:1": called("Cobalt", "cobalt.example")})
    held = [{"source": "b", "source_id": "1", "account_id": first["b:1"], "assigned_at": "2026-07-01", "version": 1}]
    joined = {"a:1": called("Cobalt", "cobalt.example"), "b:1": called("Cobalt", "cobalt.example")}
    assert companies.build(joined, held) == {"a:1": first["b:1"], "b:1": first["b:1"]}
    apart = {"a:1": called("River", "river.example"), "b:1": called("Cobalt", "cobalt.example")}
    again = companies.build(apart, held)
    assert again["b:1"] == first["b:1"] != again["a:1"]


def test_an_id_that_is_gone_leads_to_its_company(companies: Companies) -> None:
    held = [
        {"source": name, "source_id": "1", "account_id": f"a_{name}", "assigned_at": "2026-06-01", "version": 1}
        for name in "abc"
    ]
    two = {"a:1": called("Cobalt", "cobalt.example"), "b:1": called("Cobalt", "cobalt.example")}
    companies.build({**two, "c:1": called("River", is_deleted=True)}, held)
    aliases = companies.con.execute("select alias_id, account_id from marts.company_id_aliases order by 1").fetchall()
    assert aliases == [("a_b", "a_a"), ("a_c", None)]


def test_people_belong_to_the_company_of_their_record_or_of_their_address(companies: Companies) -> None:
    people = [
        {"customer_id": "c_1", "company_id": "a:1", "email": "x@gmail.com"},
        {"customer_id": "c_2", "email": "x@cobalt.example"},
        {"customer_id": "c_3", "email": "x@gmail.com"},
        {"customer_id": "c_4", "company_id": "a:9", "email": "y@cobalt.example"},
        {"customer_id": "c_5", "email": "z@mail.Cobalt.example"},
    ]
    companies.con.execute("delete from intermediate.int_golden_records")
    insert(companies.con, "intermediate.int_golden_records", people)
    addresses = [{"contact_id": person["customer_id"], "email": person["email"]} for person in people]
    insert(companies.con, "intermediate.int_contacts_unioned", addresses)
    found = companies.build({"a:1": called("Cobalt Optics GmbH", "cobalt.example", city="Köln", country="Germany")})
    employed = dict(companies.con.execute("select * from intermediate.int_customer_companies").fetchall())
    assert employed == dict.fromkeys(("c_1", "c_2", "c_4", "c_5"), found["a:1"])
    told = companies.con.execute(
        "select name, domain, city, country from intermediate.int_companies_survived"
    ).fetchall()
    assert told == [("Cobalt Optics GmbH", "cobalt.example", "Köln", "DE")]
