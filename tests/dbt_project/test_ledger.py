"""A customer keeps the id for life: nights in a row over one ledger, as orchestration writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.orchestration.catalog.ledger import LedgerError, require_known

from .conftest import Compiled, Identity, Person
from .test_identity import groups, named

# Every test is several nights, and another compilation of the project.
pytestmark = pytest.mark.night


class Nights:
    """Runs nights one after the other and keeps the ledger between them."""

    def __init__(self, identity: Identity, following: Compiled | None) -> None:
        self.identity = identity
        self.following = following
        self.rows: list[dict[str, Any]] = []
        self.version = 0

    def run(self, people: Mapping[str, Person]) -> dict[str, str]:
        found = self.identity.build(people, self.rows, following=self.following if self.version else None)
        self.version += 1
        held = {f"{row['source']}:{row['source_id']}": row["customer_id"] for row in self.rows}
        for contact, customer in sorted(found.items()):
            if customer is not None and held.get(contact) != customer:
                source, source_id = contact.split(":", 1)
                self.rows.append(
                    {
                        "source": source, "source_id": source_id, "customer_id": customer,
                        "assigned_at": f"2026-07-{self.version:02} 02:00:00", "version": self.version,
                    }
                )  # fmt: skip
        return found


def ann(key: str) -> Person:
    return named("Ann Lee", email=f"{key}@m.example")


@pytest.fixture(params=["anew", "following"])
def nights(request: pytest.FixtureRequest, identity: Identity, following: Compiled) -> Nights:
    """Nights that know nothing of each other but the ledger, and nights that build on the one before."""
    return Nights(identity, following if request.param == "following" else None)


def test_an_id_stays_when_a_smaller_record_joins(nights: Nights) -> None:
    first = nights.run({"b:1": ann("x")})
    second = nights.run({"a:1": ann("x"), "b:1": ann("x")})
    assert second == {"a:1": first["b:1"], "b:1": first["b:1"]}


def test_an_id_stays_when_the_warehouse_is_gone_and_the_smallest_record_too(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x"), "b:1": ann("x")})
    assert nights.run({"b:1": ann("x")})["b:1"] == first["b:1"]


def test_two_customers_that_become_one_keep_the_id_of_most_records(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x"), "b:1": ann("y"), "c:1": ann("y")})
    assert len(groups(first)) == 2
    joined = {"a:1": ann("y"), "b:1": ann("y"), "c:1": ann("y")}
    assert set(nights.run(joined).values()) == {first["b:1"]}


def test_of_two_as_large_ones_the_older_id_stays(nights: Nights) -> None:
    first = nights.run({"b:1": ann("x")})
    second = nights.run({"b:1": ann("x"), "a:1": ann("y")})
    assert set(nights.run({"b:1": ann("x"), "a:1": ann("x")}).values()) == {first["b:1"]}
    assert second["a:1"] != first["b:1"]


def test_a_split_leaves_the_id_with_the_larger_part(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x"), "b:1": ann("x"), "c:1": ann("x")})
    split = nights.run({"a:1": ann("y"), "b:1": ann("x"), "c:1": ann("x")})
    assert split["b:1"] == split["c:1"] == first["a:1"]
    # a:1 is the smallest record that the old id was made of: its new id must be another one all the same.
    assert split["a:1"] not in set(first.values())
    assert nights.run({"a:1": ann("y"), "b:1": ann("x"), "c:1": ann("x")}) == split


def test_a_record_that_moves_changes_customers_and_no_ids(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x"), "b:1": ann("x"), "c:1": ann("y"), "d:1": ann("y")})
    moved = nights.run({"a:1": ann("x"), "b:1": ann("y"), "c:1": ann("y"), "d:1": ann("y")})
    assert moved == {**first, "b:1": first["c:1"]}


def test_an_id_whose_records_are_all_gone_comes_back_with_them(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x"), "b:1": ann("z")})
    gone = nights.run({"a:1": {"is_deleted": True}, "b:1": ann("z")})
    assert gone["a:1"] == first["a:1"]
    absent = nights.run({"b:1": ann("z")})
    assert absent == {"b:1": first["b:1"]}
    assert nights.run({"a:1": ann("x"), "b:1": ann("z")}) == first


def test_a_deleted_record_does_not_take_the_id_from_the_living(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x"), "b:1": ann("x")})
    after = nights.run({"a:1": {"is_deleted": True}, "b:1": ann("x")})
    assert after["b:1"] == first["b:1"]


def test_a_customer_that_was_joined_and_is_split_again_gets_the_own_id_back(nights: Nights) -> None:
    apart = {"a:1": ann("x"), "b:1": ann("x"), "c:1": ann("y")}
    first = nights.run(apart)
    nights.run({name: ann("x") for name in apart})
    assert nights.run(apart) == first


@pytest.mark.parametrize(
    ("one", "other", "came"),
    [
        (["a:1", "a:2"], ["b:1", "b:2"], []),
        (["b:1", "b:2"], ["a:1", "a:2"], []),
        (["b:1"], ["a:1", "c:1"], []),
        (["b:1", "b:2"], ["a:1"], ["c:1", "c:2", "d:1"]),
        (["a:1"], ["b:1", "b:2", "b:3"], ["c:1"]),
    ],
)
def test_a_merge_that_is_undone_leaves_each_with_the_own_id(
    nights: Nights, one: list[str], other: list[str], came: list[str]
) -> None:
    """`one` is the older customer; `came` are records that joined the other while they were one."""
    before = {name: ann("x") for name in one}
    first = nights.run(before)
    apart = before | {name: ann("y") for name in other}
    first = nights.run(apart)
    assert len(groups(first)) == 2
    nights.run({name: ann("x") for name in apart})
    nights.run({name: ann("x") for name in [*apart, *came]})
    split = nights.run(apart | {name: ann("y") for name in came})
    assert {name: split[name] for name in apart} == first
    assert {split[name] for name in came} <= {first[other[0]]}


def test_who_leaves_takes_no_id_along(nights: Nights) -> None:
    first = nights.run({"a:1": ann("x")})
    grown = {name: ann("x") for name in ("a:1", "b:1", "c:1", "d:1")}
    assert set(nights.run(grown).values()) == {first["a:1"]}
    left = nights.run({**grown, "a:1": ann("y")})
    assert {left[name] for name in ("b:1", "c:1", "d:1")} == {first["a:1"]}
    assert left["a:1"] != first["a:1"]


def test_no_id_is_ever_given_to_strangers(nights: Nights) -> None:
    owners: dict[str, set[str]] = {}
    shapes = ["xxxx", "xyyy", "xxyy", "xyxy", "wxyz", "yyyx", "xxxx", "zxxz", "wxyz", "xyyx"]
    last: dict[str, str] = {}
    for shape in shapes:
        found = nights.run({f"{'abcd'[n]}:1": ann(key) for n, key in enumerate(shape)})
        assert len(groups(found)) == len(set(shape))
        for customer in set(found.values()):
            records = {record for record, c in found.items() if c == customer}
            # An id goes on with at least one record that had it, now or at any time before.
            assert customer not in owners or records & owners[customer]
            owners.setdefault(customer, set()).update(records)
        last = found
    assert last


def test_a_ledger_that_does_not_know_what_was_published_is_an_error(tmp_path: Path) -> None:
    ledger, published = tmp_path / "ledger", tmp_path / "published"
    (published / "current").mkdir(parents=True)
    ledger.mkdir()
    require_known(ledger, published)  # nothing is published yet: a first night
    customers = published / "current" / "customers.parquet"
    duckdb.execute(f"copy (select unnest(['c_1', 'c_2']) as customer_id) to '{customers}'")
    with pytest.raises(LedgerError, match="2 published customers"):
        require_known(ledger, published)  # the ledger is gone


def test_of_whom_nothing_has_changed_nobody_moves(nights: Nights) -> None:
    old = {"updated_at": "2026-06-01"}
    people = {f"{s}:1": named("Xaver Quandt", city=c, **old) for s, c in {"a": "York", "b": "Leeds"}.items()}
    people["c:1"] = {**ann("x"), **old}
    people["d:1"] = {**ann("x"), **old}
    # By what the records say, the first two are two customers, and the last two one.
    assert groups(nights.run(people)) == {frozenset(g.split()) for g in ("a:1", "b:1", "c:1 d:1")}
    # But the ledger has it the other way round, and nothing has changed since.
    told = {"a:1": "c_1", "b:1": "c_1", "c:1": "c_2", "d:1": "c_3"}
    nights.rows = [
        {
            "source": name[0], "source_id": "1", "customer_id": customer,
            "assigned_at": "2026-07-01 02:00:00", "version": 1,
        }
        for name, customer in told.items()
    ]  # fmt: skip
    assert nights.run(people) == told
    # A record that was changed after that is judged anew, with those who were one with it.
    changed = {**people, "b:1": {**people["b:1"], "updated_at": "2026-07-30"}}
    assert groups(nights.run(changed)) == {frozenset(g) for g in (["a:1"], ["b:1"], ["c:1"], ["d:1"])}
