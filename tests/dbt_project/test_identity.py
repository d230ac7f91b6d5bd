"""Who is who, from landed records to customers: truth tables over all identity models, and clusters against union-find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Compiled, Identity, Person, insert


def groups(found: Mapping[str, str | None]) -> set[frozenset[str]]:
    """The sets of records that are one customer; records that are gone and had no customer are left out."""
    return {frozenset(r for r in found if found[r] == c) for c in set(found.values()) if c is not None}


def named(full_name: str | None, **fields: Any) -> Person:
    return {"full_name": full_name, **fields}


ANN, BOB = "Ann Lee", "Bob Moore"
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
    "junk": (
        {
            "a:1": named(ANN, email="none", phone="0000000000", country="DE"),
            "b:1": named(ANN, email="none", phone="0000000000", country="DE"),
            "c:1": named(ANN, email="", phone="123456789", country="DE"),
            "d:1": named(ANN, email="@", phone="123456789", country="DE"),
        },
        ["a:1", "b:1", "c:1", "d:1"],
    ),
    "more records than a person has": (
        {f"a:{n}": named(ANN, email="x@m.example") for n in range(11)},
        [f"a:{n}" for n in range(11)],
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


@pytest.mark.parametrize("case", CASES)
def test_who_is_who(identity: Identity, case: str) -> None:
    people, expected = CASES[case]
    found = groups(identity.build(people))
    assert found == {frozenset(group.split()) for group in expected}


@pytest.mark.parametrize("case", CASES)
def test_the_same_night_again_gives_the_same_ids(identity: Identity, case: str) -> None:
    people, _ = CASES[case]
    first = identity.build(people)
    assert identity.build(dict(reversed(list(people.items())))) == first
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
    assert identity.build(people, ledger) == first


def components(size: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """Smallest member of each node's component, by union-find."""
    parent = list(range(size))

    def root(node: int) -> int:
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [root(node) for node in range(size)]


GRAPHS = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=18)
    )
)


@pytest.fixture(scope="module")
def graph(project: Compiled) -> duckdb.DuckDBPyConnection:
    return project.build(["int_identities_linked"], {})


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=GRAPHS)
def test_clusters_are_components(
    project: Compiled, graph: duckdb.DuckDBPyConnection, case: tuple[int, list[tuple[int, int]]]
) -> None:
    size, links = case
    graph.execute("delete from intermediate.int_identities_unioned")
    graph.execute("delete from intermediate.int_identities_linked")
    insert(graph, "intermediate.int_identities_unioned", [{"contact_id": f"n:{n:02}"} for n in range(size)])
    pairs = {(min(a, b), max(a, b)) for a, b in links if a != b}
    rows = [{"contact_id_a": f"n:{a:02}", "contact_id_b": f"n:{b:02}"} for a, b in pairs]
    insert(graph, "intermediate.int_identities_linked", rows)
    found = graph.execute(project.models["int_identities_clustered"]["compiled_code"]).fetchall()
    expected = components(size, links)
    assert sorted(found) == [(f"n:{n:02}", f"n:{expected[n]:02}") for n in range(size)]
