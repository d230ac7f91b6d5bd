"""A night that follows on another reads what has changed, and comes to what one that reads everything comes to."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Compiled, Identity, Person, insert
from .test_identity import named
from .test_ledger import Nights

pytestmark = pytest.mark.night  # every test is several nights, and another compilation of the project

STANDING = "select full_refresh_reason, (select count(*) from intermediate.int_contacts_changed) from intermediate.int_identity_run"
PEOPLE = {
    "a:1": named("Ann Lee", email="ann@m.example"),
    "b:1": named("Ann Lee", email="ann@m.example"),
    "a:2": named("Bob Ray", email="bob@m.example"),
}
# What is kept, in words that do not depend on how records are numbered or on what was learnt.
KEPT = {
    "identities": "select * exclude (record_number, run_number) from intermediate.int_contacts_standardized",
    "keys": "select contact_id, key_kind, key from intermediate.int_match_keys "
    "join intermediate.int_contacts_standardized using (record_number)",
    "words": "select * exclude (record_number) from intermediate.int_comparison_fields",
    "described": "select contact_id from intermediate.int_contact_term_frequencies",
    "blocks": "select contact_id, rule, key from intermediate.int_blocking_keys "
    "join intermediate.int_contacts_standardized using (record_number)",
    "pairs": "select least(a.contact_id, b.contact_id), greatest(a.contact_id, b.contact_id), left(pattern, -1) "
    "from intermediate.int_pairs_scored as pairs "
    "join intermediate.int_contacts_standardized as a on a.record_number = number_a "
    "join intermediate.int_contacts_standardized as b on b.record_number = number_b where score > -3",
    "rules": "select contact_id_a, contact_id_b, rule, evidence, is_certain from intermediate.int_links "
    "where rule not in ('alike', 'held')",
    "customers": "select contact_id, source, source_id, cluster_id, customer_id from intermediate.int_customer_ids_assigned",
    "reasons": "select contact_id, linked_contact_id, rule from intermediate.int_links_explained where rule <> 'alike'",
    "ranks": "select contact_id, customer_id, preference from intermediate.int_records_ranked",
    "golden records": "select * from intermediate.int_golden_records",
}


@pytest.fixture
def nights(identity: Identity, following: Compiled) -> Nights:
    return Nights(identity, following)


def standing(nights: Nights) -> tuple[str | None, int]:
    (row,) = nights.identity.con.execute(STANDING).fetchall()
    return row


def test_the_first_night_reads_all_and_a_quiet_one_nothing(nights: Nights) -> None:
    first = nights.run(PEOPLE)
    assert standing(nights) == ("nothing_kept", 3)
    assert nights.run(PEOPLE) == first
    assert standing(nights) == (None, 0)
    nights.run({**PEOPLE, "a:2": named("Bob Ray", email="bob@n.example"), "c:1": named("Cy Fox")})
    assert standing(nights) == (None, 2)


@pytest.mark.parametrize(
    ("done", "because"),
    [
        ("update intermediate.int_identity_checkpoint set rules = 'others'", "rules_changed"),
        ("update intermediate.int_identity_checkpoint set rules = ''", "rules_changed"),
        ("update intermediate.int_identity_checkpoint set run_number = 0", "last_run_unfinished"),
        ("delete from intermediate.int_identity_checkpoint", "nothing_kept"),
        (
            "update intermediate.int_identity_checkpoint set ledger_after = 1",
            "ledger_changed",
        ),
        ("update intermediate.int_identity_checkpoint set count_learnt_of = 0", "share_changed"),
    ],
)
def test_what_cannot_be_built_upon_is_read_anew(nights: Nights, done: str, because: str) -> None:
    first = nights.run(PEOPLE)
    nights.identity.con.execute(done)
    now = {**PEOPLE, "b:1": named("Ann Lee", email="ann@m.example", phone="1")}
    assert nights.run(now) == first
    assert standing(nights) == (because, 3)
    assert nights.run(now) == first
    assert standing(nights) == (None, 0)


def test_a_record_that_is_there_no_more_has_all_read(nights: Nights) -> None:
    first = nights.run(PEOPLE)
    fewer = {name: person for name, person in PEOPLE.items() if name != "b:1"}
    assert nights.run(fewer) == {name: first[name] for name in fewer}
    assert standing(nights) == ("records_gone", 2)


def test_a_ledger_that_was_not_written_has_all_read(nights: Nights) -> None:
    nights.run(PEOPLE)
    nights.rows.clear()
    nights.run(PEOPLE)
    assert standing(nights)[0] == "ledger_changed"


def test_a_decision_is_a_change_of_both_records(identity: Identity, following: Compiled) -> None:
    decision = {
        "decision": "cannot-link", "contact_id_a": "a:1", "contact_id_b": "b:1", "author": "Ann",
        "decided_on": "2026-06-01", "reason": "asked",
    }  # fmt: skip
    first = identity.build(PEOPLE)
    assert first["a:1"] == first["b:1"]
    told = [
        {**dict(zip(("source", "source_id"), name.split(":"), strict=True)), "customer_id": customer,
         "assigned_at": "2026-07-01", "version": 1}
        for name, customer in first.items()
    ]  # fmt: skip
    second = identity.build(PEOPLE, told, [decision], following)
    assert identity.con.execute(STANDING).fetchall() == [(None, 2)]
    assert second["a:1"] != second["b:1"]


@pytest.fixture(scope="module")
def other_identity(project: Compiled) -> Iterator[Identity]:
    other = Identity(project)
    yield other
    other.con.close()


def assert_the_same(kept: Nights, anew: Nights) -> None:
    """Assert that all that is kept is what it would be if every record had been read."""
    for name, content in KEPT.items():
        found, expected = (sorted(map(repr, n.identity.con.execute(content).fetchall())) for n in (kept, anew))
        assert found == expected, name


class World:
    """People in three systems who change every night: the same ones for every seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.people: dict[str, Person] = {}
        for person in range(12):
            for source in "abc":
                if self.draw.random() < 0.8:
                    self.people[f"{source}:{person}"] = self.record(person)

    def record(self, person: int) -> dict[str, Any]:
        """A record of a person: name and birth date, which leave no doubt, and some of what people are known by."""
        names = ["Ann Lee", "Bob Ray", "Cleo Fox", "Dan Moor", "Eve Stone", "Finn Berg", "Gus Hale", "Ida Nord", "Jon Pike",
                 "Kay Rush", "Lou Tarn", "Max Voss"]  # fmt: skip
        given: dict[str, Any] = {
            "email": f"p{person}@m.example",
            "birth_date": f"19{50 + person}-0{1 + person % 9}-1{person % 7}",
        }
        if self.draw.random() < 0.5:
            given["phone"] = (
                f"+4930111{person:04}" if self.draw.random() < 0.7 else f"+49301119{person // 4:03}"
            )  # a family's
        if self.draw.random() < 0.4:
            given |= {"street": f"High Street {person}", "postal_code": f"{10000 + person}", "country": "DE"}
        if self.draw.random() < 0.2:
            given["company_id"] = f"a:k{person % 2}"
        if self.draw.random() < 0.3:
            given["email"] = "office@m.example"  # nobody's own
        return named(names[person], **given)

    def night(self) -> None:
        """What a day does to records: new, deleted, back again, another person's, merged in their system."""
        for name in list(self.people):
            if self.draw.random() < 0.15:
                self.people[name] = self.record(int(name[2:]))
            elif self.draw.random() < 0.05:
                self.people[name] = {**self.people[name], "is_deleted": True}
            elif self.draw.random() < 0.03:
                self.people[name] = self.record(self.draw.randrange(12))
            elif self.draw.random() < 0.03:
                others = [other for other in self.people if other[0] == name[0] and other != name]
                self.people[name] = {**self.people[name], "merged_into": self.draw.choice(others)}
        for person in range(12):
            self.people.setdefault(f"{self.draw.choice('abcd')}:{person}", self.record(person))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_following_comes_to_what_reading_all_comes_to(
    identity: Identity, other_identity: Identity, following: Compiled, seed: int
) -> None:
    world, kept, anew = World(seed), Nights(identity, following), Nights(other_identity, None)
    try:
        for night in range(5):
            for each in (identity, other_identity):
                insert(each.con, "intermediate.int_companies_unioned",
                       [{"company_id": f"a:k{night % 2}", "source": "a", "source_id": f"k{night % 2}",
                         "domain": f"acme{night}.example", "is_deleted": False}])  # fmt: skip
            assert kept.run(world.people) == anew.run(world.people)
            because, read = standing(kept)
            assert night == 0 or (because is None and 0 < read < len(world.people))
            assert_the_same(kept, anew)
            world.night()
            for each in (identity, other_identity):
                each.con.execute("delete from intermediate.int_companies_unioned")
    finally:
        identity.con.execute("delete from intermediate.int_companies_unioned")


FAMILY = {
    "a:1": named("Ann Lee", phone="+49301110001"),
    "b:1": named("Ann", phone="+49301110001"),
    "c:1": named("Bob Ray", phone="+49301110001"),
}
OFFICE = {
    f"{s}:{n}": named(f"{name} {last}", email="crowd@m.example")
    for n, (name, last) in enumerate([("Ann", "Lee"), ("Bob", "Ray"), ("Cleo", "Fox"), ("Dan", "Moor"), ("Eve", "Stone")])
    for s in "ab"
} | {"c:9": named("Ida Nord", email="crowd@m.example")}  # fmt: skip


@pytest.mark.parametrize(
    ("people", "leaver", "rules_before", "rules_after"),
    [
        pytest.param(FAMILY, "c:1", 0, 1, id="who is left is one person"),
        pytest.param(OFFICE, "c:9", 0, 5, id="who is left is few enough"),
    ],
)
def test_who_leaves_a_key_changes_what_it_says_of_the_others(
    identity: Identity, other_identity: Identity, following: Compiled, people: dict[str, Person], leaver: str,
    rules_before: int, rules_after: int,
) -> None:  # fmt: skip
    kept, anew = Nights(identity, following), Nights(other_identity, None)
    for phone, rules in (("+49301110001", rules_before), ("+49301119999", rules_after), (None, rules_after)):
        given = people[leaver] if phone == "+49301110001" else named(people[leaver]["full_name"], phone=phone)
        assert kept.run({**people, leaver: given}) == anew.run({**people, leaver: given})
        assert_the_same(kept, anew)
        assert len(identity.con.execute(KEPT["rules"]).fetchall()) == rules
    assert standing(kept) == (None, 1)


# What is kept to the last bit, given what was learnt when all was read.
TO_THE_BIT = KEPT | {
    "described": "select * exclude (record_number) from intermediate.int_contact_term_frequencies",
    "pairs": "select a.contact_id, b.contact_id, pairs.* exclude (number_a, number_b) from intermediate.int_pairs_scored as pairs "
    "join intermediate.int_contacts_standardized as a on a.record_number = number_a "
    "join intermediate.int_contacts_standardized as b on b.record_number = number_b",
    "links": "select * exclude (number_a, number_b) from intermediate.int_links",
    "reasons": "from intermediate.int_links_explained",
}


def assert_that_reading_all_again_changes_nothing(nights: Nights, people: dict[str, Person]) -> None:
    """Read every record as if it had changed, by what was learnt; assert that all that is kept is the same, to the bit."""
    con = nights.identity.con
    before = {name: sorted(map(repr, con.execute(content).fetchall())) for name, content in TO_THE_BIT.items()}
    con.execute("update intermediate.int_contacts_standardized set content = 0")
    nights.run(people)
    assert standing(nights) == (None, len(people))
    for name, content in TO_THE_BIT.items():
        assert before[name] == sorted(map(repr, con.execute(content).fetchall())), name


@pytest.mark.parametrize("seed", [5])
def test_given_what_was_learnt_a_small_night_and_a_whole_one_say_the_same(
    identity: Identity, following: Compiled, seed: int
) -> None:
    world, nights = World(seed), Nights(identity, following)
    for night in range(4):
        nights.run(world.people)
        if night:
            assert_that_reading_all_again_changes_nothing(nights, world.people)
        world.night()


MAILBOX = {
    **{f"{s}:1": named("Ann Lee", email="lees@m.example", city="Bonn") for s in "ab"},
    **{f"{s}:2": named("Bob Lee", email="lees@m.example", city="Bonn", phone="+49301110001") for s in "ac"},
    **{f"d:{n}": named("Ann Lee", phone="+49301110001") for n in range(3)},
    "f:1": named(
        "Bob Lee",
        email="bob@q.example",
        other_emails="lees@m.example",
        mobile_phone="+49301110002",
        phone="+49301110001",
    ),
    "f:2": named("Ann", email="ann@q.example", city="Bonn"),
    **{f"a:{10 + n}": named(f"Person{n} Other{n}", city="Ulm") for n in range(8)},
}
SCRIPTS = {
    "g:1": {"first_name": "Анна", "last_name": "Ли", "city": "Bonn", "country": "RU"},
    "g:2": {"first_name": "Anna", "last_name": "Li", "email": "lees@m.example", "country": "RU"},
}
MOVED = named("Zoe Quist", email="zoe@n.example", city="Ulm")
# Of the blocks of one last name, those of so many records are a crowd.
LAST_NAME_RULE, CROWD = 10, 7


@pytest.mark.parametrize(
    ("leavers", "more"),
    [
        pytest.param(["a:2"], {}, id="one leaves the mailbox, the phone and the last name"),
        pytest.param(["d:0", "d:1"], {}, id="two namesakes leave"),
        pytest.param(
            ["f:1", "f:2"], SCRIPTS, id="who has the address beside another one, and a lone name; two scripts"
        ),
        pytest.param(["a:2", "c:2", "d:0", "d:1", "d:2"], {}, id="all but two leave"),
    ],
)
def test_who_leaves_or_joins_changes_what_the_others_share_says(
    identity: Identity, following: Compiled, leavers: list[str], more: dict[str, Person]
) -> None:
    nights = Nights(identity, following)
    everybody = MAILBOX | more
    nights.run(everybody)
    identity.con.execute(f"insert into intermediate.int_blocking_limits values ({LAST_NAME_RULE}, {CROWD})")
    left = {**everybody, **dict.fromkeys(leavers, MOVED)}
    for people in (left, everybody, left):
        nights.run(people)
        assert standing(nights) == (None, len(leavers))
        assert_that_reading_all_again_changes_nothing(nights, people)


@pytest.mark.parametrize("seed", [3, 4])
def test_reading_all_anew_moves_nobody_of_whom_nothing_has_changed(
    identity: Identity, following: Compiled, seed: int
) -> None:
    """Three nights bring more records, none changes; then the warehouse is lost, and all is read and learnt anew."""
    world, nights = World(seed), Nights(identity, following)
    for _ in range(3):
        world.night()
    arrived = {name: {**person, "updated_at": "2026-06-01"} for name, person in world.people.items()}
    names = sorted(arrived, key=lambda name: hash_of(name, seed))
    people: dict[str, Person] = {}
    for night in range(3):
        people = {name: arrived[name] for name in names[: len(names) * (night + 1) // 3]}
        found = nights.run(people)
    assert standing(nights)[0] is None
    anew = Nights(identity, None)
    anew.rows, anew.version = nights.rows, nights.version
    assert anew.run(people) == found
    assert standing(anew) == ("nothing_kept", len(people))


def hash_of(name: str, seed: int) -> str:
    return hashlib.md5(f"{seed}{name}".encode()).hexdigest()
