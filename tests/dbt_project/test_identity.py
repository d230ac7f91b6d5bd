"""Who is who, from landed records to customers: truth tables over all identity models and people's decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from .conftest import Identity, Person


def groups(found: Mapping[str, str | None]) -> set[frozenset[str]]:
    """The sets of records that are one customer; records that are gone and had no customer are left out."""
    return {frozenset(r for r in found if found[r] == c) for c in set(found.values()) if c is not None}


def named(full_name: str | None, **fields: Any) -> Person:
    return {"full_name": full_name, **fields}


ANN, BOB = "Ann Lee", "Bob Moore"
CROWD = ["Ann", "Boris", "Cleo", "Dmitri", "Edwin", "Frieda", "Gustav", "Hilde", "Ines", "Jorge", "Karl", "Lutz"]
CASES: dict[str, tuple[dict[str, Person], list[str]]] = {
    "same e-mail and name": (
        {"a:1": named(ANN, email="x@m.example"), "b:1": named("ann lee", email="X@m.example")},
        ["a:1 b:1"],
    ),
    "e-mail alone when a name is missing": (
        {"a:1": named(ANN, email="x@m.example"), "b:1": named(None, email="x@m.example")},
        ["a:1 b:1"],
    ),
    "shared mailbox": (
        {
            "a:1": named(ANN, email="family@m.example"),
            "b:1": named(BOB, email="family@m.example"),
            "c:1": named(None, email="family@m.example"),
            "d:1": named("A. Lee", email="family@m.example"),
        },
        ["a:1 d:1", "b:1", "c:1"],
    ),
    "a mailbox that a family reads": (
        {
            "a:1": named(ANN, email="family.lee@m.example"),
            "b:1": named("Lee", email="family.lee@m.example"),
            "c:1": named("Ann Lee", email="family.lee@m.example"),
        },
        ["a:1 c:1", "b:1"],
    ),
    "what a family reads, in one system": (
        {"a:1": named(ANN, email="family.lee@m.example"), "a:2": named(None, email="family.lee@m.example")},
        ["a:1 a:2"],
    ),
    "of two namesakes the one who came the same day": (
        {
            "a:1": named("Xaver Quandt", created_at="2026-03-01 10:00"),
            "b:1": named("Xaver Quandt", created_at="2026-03-01 10:40"),
            "b:2": named("Xaver Quandt", created_at="2023-03-01 10:40"),
        },
        ["a:1 b:1", "b:2"],
    ),
    "role address": (
        {"a:1": named(ANN, email="info@m.example"), "b:1": named(ANN, email="info@m.example")},
        ["a:1", "b:1"],
    ),
    "switchboard": (
        {
            f"a:{n}": named(name, phone="+49 30 901820")
            for n, name in enumerate(["Ann Lee", "Bob Moore", "Cleo Marsh", "Ann Fox"])
        },
        ["a:0", "a:1", "a:2", "a:3"],
    ),
    "household phone": (
        {"a:1": named(ANN, phone="+4930901820"), "b:1": named("Bob Lee", phone="+4930901820")},
        ["a:1", "b:1"],
    ),
    "phone and last name": (
        {"a:1": named(ANN, phone="030/901820", country="DE"), "b:1": named("Lee", phone="+49 (0)30 901820")},
        ["a:1 b:1"],
    ),
    "phone without a name": (
        {"a:1": named(ANN, phone="+4930901820"), "b:1": named(None, phone="+4930901820")},
        ["a:1", "b:1"],
    ),
    "a tag behind a plus, dots that the provider ignores": (
        {"a:1": named(ANN, email="ann.lee+shop@gmail.com"), "b:1": named(ANN, email="annlee@googlemail.com")},
        ["a:1 b:1"],
    ),
    "a throw-away mailbox is anybody's": (
        {"a:1": named(ANN, email="x@mailinator.com"), "b:1": named(None, email="x@mailinator.com")},
        ["a:1", "b:1"],
    ),
    "a further address": (
        {
            "a:1": named(ANN, email="new@m.example", other_emails="old@m.example"),
            "b:1": named(ANN, email="old@m.example"),
        },
        ["a:1 b:1"],
    ),
    "one's mobile is the other's home phone": (
        {
            "a:1": named(ANN, mobile_phone="+49301234567", phone="+4940998877"),
            "b:1": named("Lee", home_phone="030 1234567", country="DE"),
        },
        ["a:1 b:1"],
    ),
    "the same name in other letters": (
        {
            "a:1": named("Дмитрий Иванов", phone="+79161234567"),
            "b:1": named("Dmitriy Ivanov", phone="+7 916 123-45-67"),
        },
        ["a:1 b:1"],
    ),
    "a member's number": (
        {
            "a:1": named(ANN, person_number="M-100-234", city="Leeds"),
            "b:1": named("Anne Lee", person_number="m100234", city="Leeds"),
            "c:1": named(ANN, person_number="M-377-901", city="Leeds"),
        },
        ["a:1 b:1", "c:1"],
    ),
    "junk": (
        {
            "a:1": named(ANN, email="none", phone="0000000000", country="DE"),
            "b:1": named(ANN, email="none", phone="0000000000", country="DE"),
            "c:1": named(ANN, email="", phone="123456789", country="DE"),
            "d:1": named(ANN, email="@", phone="123456789", country="DE"),
        },
        ["a:1", "b:1", "c:1", "d:1"],
    ),
    "a mailbox of a crowd": (
        {f"a:{n:02}": named(f"{name} Nobody", email="x@m.example") for n, name in enumerate(CROWD)},
        [f"a:{n:02}" for n in range(len(CROWD))],
    ),
    "more records than a rule takes, but all alike": (
        {f"a:{n:02}": named(ANN, email="x@m.example") for n in range(11)},
        [" ".join(f"a:{n:02}" for n in range(11))],
    ),
    "alike in all but a slip in each field": (
        {
            "a:1": named("Katharina Oberhuber", birth_date="1971-06-24", email="k.oberhuber71@m.example", city="Leeds"),
            "b:1": named("Katarina Oberhuber", birth_date="1971-06-25", email="k.oberhubre71@m.example", city="Leeds"),
            "c:1": named("Katharina Oberhuber", birth_date="1948-11-02", city="York"),
        },
        ["a:1 b:1", "c:1"],
    ),
    "a father and his daughter under one roof": (
        {
            "a:1": named(
                ANN, street="5 High St", city="Leeds", postal_code="LS1", phone="+442079460001", birth_date="1990-01-05"
            ),
            "b:1": named(
                "Bob Lee",
                street="5 High St",
                city="Leeds",
                postal_code="LS1",
                phone="+442079460001",
                birth_date="1960-07-19",
            ),
        },
        ["a:1", "b:1"],
    ),
    "a father and a son of one name at one address": (
        {
            "a:1": named("John Lee Sr.", street="5 High St", city="Leeds", postal_code="LS1", phone="+442079460001"),
            "b:1": named("John Lee, Jr.", street="5 High St", city="Leeds", postal_code="LS1", phone="+442079460001"),
            "c:1": named("John Lee junior", street="5 High St", city="Leeds", postal_code="LS1", phone="+442079460001"),
        },
        ["a:1", "b:1 c:1"],
    ),
    "Jr against nothing says little": (
        {
            "a:1": named("John Lee Jr", email="john@m.example", birth_date="1980-02-29"),
            "b:1": named("John Lee", email="john@m.example", birth_date="1980-02-29"),
        },
        ["a:1 b:1"],
    ),
    "a couple with one mailbox and one telephone": (
        {
            "a:1": named("Ann Lee", email="lees@m.example", phone="+442079460001", gender="f"),
            "b:1": named("Al Lee", email="lees@m.example", phone="+442079460001", gender="m"),
        },
        ["a:1", "b:1"],
    ),
    "one domain in two spellings": (
        {
            "a:1": named(ANN, email="ann@b\u00fccher.example"),
            "b:1": named(ANN, email="ann@bu\u0308cher.example"),
            "c:1": named(ANN, email="ann@xn--bcher-kva.example"),
        },
        ["a:1 b:1 c:1"],
    ),
    "a chain of five hops": (
        {
            "e:1": named(ANN, email="1@m.example"),
            "c:1": named(ANN, email="1@m.example", phone="+4930901801"),
            "f:1": named(ANN, email="2@m.example", phone="+4930901801"),
            "a:1": named(ANN, email="2@m.example", phone="+4930901802"),
            "d:1": named(ANN, email="3@m.example", phone="+4930901802"),
            "b:1": named(ANN, email="3@m.example"),
        },
        ["a:1 b:1 c:1 d:1 e:1 f:1"],
    ),
    "a deleted record is no bridge": (
        {
            "a:1": named(ANN, email="1@m.example"),
            "b:1": named(ANN, email="1@m.example", phone="+4930901801", is_deleted=True),
            "c:1": named(ANN, phone="+4930901801"),
        },
        ["a:1", "c:1"],
    ),
    "merges in the source follow to the last winner": (
        {
            "a:1": {"is_deleted": True, "merged_into": "a:2"},
            "a:2": {"is_deleted": True, "merged_into": "a:3"},
            "a:3": named(ANN, email="x@m.example"),
            "b:1": named(ANN, email="x@m.example"),
        },
        ["a:1 a:2 a:3 b:1"],
    ),
    "a merge into what is gone": (
        {"a:1": {"is_deleted": True, "merged_into": "a:2"}, "a:2": {"is_deleted": True}, "b:1": named(ANN)},
        ["b:1"],
    ),
    "a ring of merges ends": (
        {"a:1": {"is_deleted": True, "merged_into": "a:2"}, "a:2": {"is_deleted": True, "merged_into": "a:1"}},
        [],
    ),
    "same name and birth date": (
        {
            "a:1": named(ANN, birth_date="1980-02-29"),
            "b:1": named("Lee, Ann", birth_date="1980-02-29"),
            "c:1": named(ANN),
        },
        ["a:1 b:1", "c:1"],
    ),
    "same household address": (
        {
            "a:1": named(ANN, street="High St. 5", postal_code="12 345"),
            "b:1": named("Bob Lee", street="high st 5", postal_code="12345"),
            "c:1": named("Anne Lee", street="High-St 5", postal_code="12345"),
        },
        ["a:1 c:1", "b:1"],
    ),
}


KEYS = """
record | email               | phone              | country  | language | email_key          | kind       | phone_key     | ending    | code
a:01   |  Ann@Mail.Example   |                    |          |          | ann@mail.example   | personal   |               |           |
a:02   | info@shop.example   | 0301/23 456-78     | Germany  |          |                    | role       | +493012345678 | 012345678 | DE
a:03   | no address          | +49 (0)301 2345678 |          |          |                    | invalid    | +493012345678 | 012345678 |
a:04   |                     | 0049 30 12345689   |          |          |                    |            | +493012345689 | 012345689 |
a:05   |                     | (201) 555-0123     | US       |          |                    |            | +12015550123  | 015550123 | US
a:06   |                     | 1-201-555-0123     | us       |          |                    |            | +12015550123  | 015550123 | US
a:07   |                     | 06 1234 5689       | Italia   |          |                    |            | +390612345689 | 612345689 | IT
a:08   |                     | 0301 2345678       |          |          |                    |            |               | 012345678 |
a:09   |                     | 0301 2345678       |          | de-DE    |                    |            | +493012345678 | 012345678 | DE
a:10   |                     | 0000000000         | DE       |          |                    |            |               |           | DE
a:11   |                     | 030 998877 ext. 12 | DE       |          |                    |            | +4930998877   | 030998877 | DE
a:12   |                     | 123456789          | DE       |          |                    |            |               |           | DE
a:13   | Ann.Lee+x@gmail.com |                    |          |          | annlee@gmail.com   | personal   |               |           |
a:14   | ann.lee@googlemail.com |                 |          |          | annlee@gmail.com   | personal   |               |           |
a:15   | ann.lee+news@m.example |                 |          |          | ann.lee@m.example  | personal   |               |           |
a:16   | x@mailinator.com    | 12                 |          |          |                    | disposable |               |           |
a:17   | abuse@m.example     |                    |          |          |                    | role       |               |           |
a:18   | Kontakt@m.example   |                    |          |          |                    | role       |               |           |
a:19   | paris@m.example     |                    |          |          | paris@m.example    | personal   |               |           |
"""


def test_keys_are_the_same_however_they_are_typed(identity: Identity) -> None:
    head, *rows = ([cell.strip() or None for cell in line.split("|")] for line in KEYS.strip().splitlines())
    cases = [dict(zip(head, row, strict=True)) for row in rows]
    given = ("email", "phone", "country", "language")
    identity.build({case["record"]: {name: case[name] for name in given} for case in cases})
    found = identity.con.execute(
        """select contact_id, email_key, email_kind, phone_key, phone_ending, country_code
        from intermediate.int_contacts_standardized order by contact_id"""
    ).fetchall()
    expected = ("record", "email_key", "kind", "phone_key", "ending", "code")
    assert found == [tuple(case[name] for name in expected) for case in cases]


NAMES = """
first              | last               | full                      | first key    | last key
Dr. Ann            | Lee, PhD           |                           | ann          | lee
Mr.                | King               |                           |              | king
King               | Mr                 |                           | king         | mr
Prof. Dr. Jürgen   | Graf von Lee       |                           | jurgen       | von lee
Prince             | King Smith III     |                           | prince       | king smith
Jean de Dieu       | van der Berg       |                           | jean de dieu | van der berg
J.P.               | O'Brien            |                           | j p          | o brien
                   |                    | Dr. Jan van der Berg MBA  | jan          | van der berg
                   |                    | de la Cruz, Sra. Ana      | ana          | de la cruz
                   |                    | Ann Lee, PhD              | ann          | lee
                   |                    | Frau Dr. Müller           |              | muller
                   |                    | Sir John                  |              | john
                   |                    | Rock Hudson               | rock         | hudson
                   |                    | Billie Jean King          | billie       | king
                   |                    | King                      |              | king
                   |                    | Dr.                       |              |
                   |                    | Robert "Rob" Ma           | robert       | ma
                   |                    | г-н Дмитрий Иванов        | dmitriy      | ivanov
Дмитрий            | Иванов             |                           | dmitriy      | ivanov
                   |                    | 김지영                      | jiyeong      | kim
                   |                    | 王小明                      | xiaoming     | wang
                   |                    | Иванов Дмитрий Сергеевич  | dmitriy      | ivanov
                   |                    | محمد عبد الله             | mhmd         | bdllh
"""


def test_a_name_is_found_among_its_titles(identity: Identity) -> None:
    _, *rows = ([cell.strip() or None for cell in line.split("|")] for line in NAMES.strip().splitlines())
    identity.build(
        {
            f"a:{n:02}": {"first_name": first, "last_name": last, "full_name": full}
            for n, (first, last, full, _, _) in enumerate(rows)
        }
    )
    keys = "select first_key, last_key from intermediate.int_names_standardized order by contact_id"
    assert identity.con.execute(keys).fetchall() == [tuple(row[3:]) for row in rows]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("bob", "robert", "3"),  # ours
        ("sepp", "josef", "3"),
        ("tricia", "patricia", "3"),  # the package's
        ("hal", "harold", "3"),  # one of several
        ("hal", "henry", "3"),
        ("harold", "henry", "0"),
        ("bob", "bobby", "3"),  # by way of what both stand for
        ("bill", "robert", "0"),  # which the package has
        ("harry", "henry", "0"),  # names of their own
        ("jan", "john", "0"),
    ],
)  # fmt: skip
def test_a_short_form_agrees_with_what_it_can_stand_for(identity: Identity, one: str, other: str, level: str) -> None:
    same = {"last_name": "Quandt", "birth_date": "1980-02-29", "postal_code": "12345"}
    identity.build({"a:1": {"first_name": one, **same}, "b:1": {"first_name": other, **same}})
    patterns = "select pattern[1] from intermediate.int_pairs_compared where is_candidate"
    assert identity.con.execute(patterns).fetchall() == [(level,)]


def test_a_name_is_swapped_also_if_it_is_short(identity: Identity) -> None:
    one, other = {"first_name": "Bob", "last_name": "Fry"}, {"first_name": "Fry", "last_name": "Bob"}
    identity.build({"a:1": {**one, "birth_date": "1980-02-29"}, "b:1": {**other, "birth_date": "1980-02-29"}})
    patterns = "select pattern[1:2] from intermediate.int_pairs_compared where is_candidate"
    assert identity.con.execute(patterns).fetchall() == [("32",)]


@pytest.mark.parametrize(
    ("domain", "owned"),
    [
        ("acme.de", "acme.de"), ("mail.acme.co.uk", "acme.co.uk"), ("acme.gov.uk", "acme.gov.uk"), ("co.uk", None),
        ("de.acme.example", "acme.example"), ("acme.github.io", "acme.github.io"), ("gmail.com", None),
        ("mail.gmail.com", None), ("mailinator.com", None), ("mailbox.org", None), ("192.168.1.1", None), ("acme", None),
        ("münchen.de", "münchen.de"), ("www.acme.com", "acme.com"),
    ],
)  # fmt: skip
def test_a_domain_is_its_owners(identity: Identity, domain: str, owned: str | None) -> None:
    assert identity.con.execute("select crm360_owned_domain(?)", [domain]).fetchall() == [(owned,)]


# What came of each case when it was built alone.
FIRST: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize("case", CASES)
def test_who_is_who(identity: Identity, case: str) -> None:
    people, expected = CASES[case]
    FIRST[case] = identity.build(people)
    assert groups(FIRST[case]) == {frozenset(group.split()) for group in expected}


@pytest.mark.night
@pytest.mark.parametrize("case", list(CASES)[::2])
def test_the_same_night_again_gives_the_same_ids(identity: Identity, case: str) -> None:
    people, _ = CASES[case]
    first = FIRST.get(case) or identity.build(people)
    ledger = [
        {
            "source": r.split(":")[0],
            "source_id": r.split(":", 1)[1],
            "customer_id": c,
            "assigned_at": "2026-07-01",
            "version": 1,
        }
        for r, c in first.items()
        if c
    ]
    assert identity.build(dict(reversed(list(people.items()))), ledger) == first


@pytest.mark.night
@pytest.mark.parametrize("case", list(CASES)[::4])
def test_the_order_of_records_does_not_matter(identity: Identity, case: str) -> None:
    people, _ = CASES[case]
    first = FIRST.get(case) or identity.build(people)
    assert identity.build(dict(reversed(list(people.items())))) == first


MUST, CANNOT = "must-link", "cannot-link"


def decided(decision: str, a: str, b: str, author: str = "Vera") -> dict[str, str]:
    return {
        "decision": decision, "contact_id_a": a, "contact_id_b": b, "author": author, "decided_on": "2026-06-01",
        "reason": "asked them",
    }  # fmt: skip


TWINS = {"a:1": named(ANN, email="x@m.example"), "b:1": named(ANN, email="x@m.example"), "c:1": named(BOB)}
DECISIONS: dict[str, tuple[list[dict[str, str]], list[str], list[str]]] = {
    "none": ([], ["a:1 b:1", "c:1"], []),
    "two are one": ([decided(MUST, "c:1", "b:1")], ["a:1 b:1 c:1"], ["honoured"]),
    "one is two": ([decided(CANNOT, "b:1", "a:1")], ["a:1", "b:1", "c:1"], ["honoured"]),
    "not by way of a third": (
        [decided(MUST, "a:1", "c:1"), decided(CANNOT, "b:1", "c:1")],
        ["a:1 c:1", "b:1"],
        ["honoured", "honoured"],
    ),
    "one against the other": (
        [decided(MUST, "a:1", "b:1", "Max"), decided(CANNOT, "a:1", "b:1")],
        ["a:1", "b:1", "c:1"],
        ["honoured", "overruled by a cannot-link"],
    ),
    "of a record that is gone": ([decided(MUST, "a:1", "z:9")], ["a:1 b:1", "c:1"], ["a record is not known"]),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_what_people_decide_wins(identity: Identity, case: str) -> None:
    decisions, expected, outcomes = DECISIONS[case]
    found = groups(identity.build(TWINS, decisions=decisions))
    assert found == {frozenset(group.split()) for group in expected}
    told = identity.con.execute(
        "select outcome, author, opposed_by from intermediate.int_decisions_checked order by outcome, author"
    ).fetchall()
    assert sorted(outcome for outcome, _, _ in told) == sorted(outcomes)
    if "overruled by a cannot-link" in outcomes:
        assert {(author, other) for _, author, other in told} == {("Max", "Vera"), ("Vera", "Max")}


def test_the_queue_asks_of_the_doubtful_and_not_of_what_is_decided(identity: Identity) -> None:
    doubtful = {
        "a:1": named("Xaver Quandt"),
        "b:1": named("Xaver Quandt"),
        "c:1": named(BOB, email="bob@m.example", birth_date="1980-05-05"),
        "d:1": named(BOB, email="bob@m.example", birth_date="1980-05-05"),
    }
    queue = "select contact_id_a, contact_id_b from intermediate.int_review_candidates"
    identity.build(doubtful)
    assert [set(pair) for pair in identity.con.execute(queue).fetchall()] == [{"a:1", "b:1"}]
    identity.build(doubtful, decisions=[decided(CANNOT, "a:1", "b:1")])
    assert identity.con.execute(queue).fetchall() == []


def test_a_customer_with_two_first_names_or_birth_dates_or_genders_is_asked_about(identity: Identity) -> None:
    people = {
        "a:1": named("Ann Lee", email="ann@m.example", birth_date="1980-05-05", gender="f"),
        "b:1": named("Ann Lee", email="ann@m.example", birth_date="1980-05-06", gender="f"),
        "c:1": named("Anna Lee", email="ann@m.example"),
    }
    assert len(groups(identity.build(people))) == 1
    assert identity.contradicted() == [("birth dates", "a:1", "b:1")]
    joined = {**people, "c:1": named("Bob Lee", email="ann@m.example", gender="m")}
    must = [decided(MUST, "a:1", "b:1"), decided(MUST, "a:1", "c:1")]
    assert len(groups(identity.build(joined, decisions=must))) == 1
    # What somebody has decided is not asked again; of the other two records it is.
    assert identity.contradicted() == [("first names", "b:1", "c:1"), ("genders", "b:1", "c:1")]


def test_a_match_weight_is_the_sum_of_what_its_comparisons_say(identity: Identity) -> None:
    """In every case of the truth table, and for names in two scripts: the steps are those of the score itself."""
    people = {
        f"{source}:{case}/{record.split(':')[1]}": {**person, "updated_at": None}
        for case, (given, _) in enumerate(CASES.values())
        for record, person in given.items()
        if not person.get("merged_into")
        for source in record.split(":")[:1]
    }
    people |= {
        "a:latin": {"first_name": "Omar", "last_name": "Mansour", "birth_date": "1970-05-05"},
        "b:own": {"first_name": "عمر", "last_name": "منصور", "birth_date": "1970-05-05"},
    }
    identity.build(people)
    rows = identity.con.execute(
        "select match_weight, match_weight_steps, score from intermediate.int_links_explained join intermediate.int_links on "
        "match_weight is not null and contact_id_a = least(contact_id, linked_contact_id) and contact_id_b = greatest(contact_id, linked_contact_id)"
    ).fetchall()
    assert len(rows) > 50
    for weight, steps, score in rows:
        assert weight == score
        assert sum(float(step.rpartition(": ")[2]) for step in steps.split(" | ")) == pytest.approx(weight, abs=0.1), (
            steps
        )
