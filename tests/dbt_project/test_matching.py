"""What is learnt from pairs, and how links become groups: the pure package behind the identity models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm360.record_linkage.clusters import group
from crm360.record_linkage.fields import FIELDS, Field, described
from crm360.record_linkage.weights import Pairs, chances, learn, levels_of

Link = tuple[int, int, float]
STRONG = 20.0


def arrays(links: Sequence[Link]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, b, score = zip(*links, strict=True) if links else ((), (), ())
    return np.array(a, np.int64), np.array(b, np.int64), np.array(score, np.float64)


def grouped(
    size: int, links: Sequence[Link], doubts: Sequence[Link] = (), **decisions: list[tuple[int, int]]
) -> list[int]:
    return group(size, arrays(links), arrays(doubts), **decisions).tolist()


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


GRAPHS = st.integers(2, 12).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=18)
    )
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=GRAPHS)
def test_without_doubts_groups_are_components(case: tuple[int, list[tuple[int, int]]]) -> None:
    size, links = case
    links = [(a, b) for a, b in links if a != b]
    expected = components(size, links)
    assert grouped(size, [(a, b, STRONG) for a, b in links]) == expected
    assert grouped(size, [], must=links) == expected


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=GRAPHS, data=st.data())
def test_a_cannot_link_holds_whatever_the_rest(case: tuple[int, list[tuple[int, int]]], data: st.DataObject) -> None:
    size, links = case
    links = [(a, b) for a, b in links if a != b]
    node = st.integers(0, size - 1)
    cannot = [(a, b) for a, b in data.draw(st.lists(st.tuples(node, node), max_size=4)) if a != b]
    half = len(links) // 2
    found = grouped(size, [(a, b, STRONG) for a, b in links[:half]], must=links[half:], cannot=cannot)
    assert all(found[a] != found[b] for a, b in cannot)


# links, doubts, groups: who is with whom.
GUARDED: dict[str, tuple[list[Link], list[Link], list[int]]] = {
    "a weak bridge between two people": (
        [(0, 1, 20), (2, 3, 20), (1, 2, 5)], [(0, 2, -6), (0, 3, -6), (1, 3, -6)], [0, 0, 2, 2]
    ),
    "a bridge with nothing against it": ([(0, 1, 20), (2, 3, 20), (1, 2, 12)], [], [0, 0, 0, 0]),
    "a strong bridge against one doubt": ([(0, 1, 20), (1, 2, 15)], [(0, 2, -4)], [0, 0, 0]),
    "a hub between strangers": (
        [(0, 1, 12), (0, 2, 12), (0, 3, 9)], [(1, 2, -20), (1, 3, -20), (2, 3, -20)], [0, 0, 2, 3]
    ),
    "a coin toss": ([(0, 1, 0.5)], [], [0, 1]),
    "a likely link among certain ones": (
        [(2 * n, 2 * n + 1, 20) for n in range(1, 12)] + [(0, 1, 4)], [], [0, 0, *(n // 2 * 2 for n in range(2, 24))]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GUARDED)
def test_links_are_guarded(case: str) -> None:
    links, doubts, expected = GUARDED[case]
    assert grouped(len(expected), links, doubts) == expected
    assert grouped(len(expected), links[::-1], doubts[::-1]) == expected


def test_patterns_are_told_in_words() -> None:
    blank = ["-"] * len(FIELDS)
    blank[0], blank[2] = "4", "3"
    assert described("".join(blank)) == "first name same, birth date one slip apart"


# Two fields of three levels: 'differs', 'near', 'same'; the pairs are drawn from known shares.
PLANTED = (Field("a", ("", "", ""), (0.2, 0.2, 0.6), (0.9, 0.05, 0.05), frozenset()),) * 6
SAME, STRANGERS = (0.1, 0.25, 0.65), (0.96, 0.03, 0.01)


def test_shares_that_were_planted_are_found() -> None:
    rng = np.random.default_rng(3)

    def drawn(shares: Sequence[float], count: int) -> np.ndarray:
        return rng.choice(3, (count, len(PLANTED)), p=shares)

    candidates = np.concatenate([drawn(SAME, 4000), drawn(STRANGERS, 20000)])
    levels = np.concatenate([candidates, drawn(STRANGERS, 50000)])
    zeros = np.zeros(len(levels))
    is_candidate = np.arange(len(levels)) < len(candidates)
    weights = learn(levels, Pairs(is_candidate, zeros, zeros, zeros + 1, 3000), PLANTED)
    found = np.array([weights.person[0], weights.person[5]])
    assert found == pytest.approx(np.tile(np.log2(np.array(SAME) / np.array(STRANGERS)), (2, 1)), abs=0.35)
    person, _ = chances(weights, candidates, zeros[: len(candidates)], zeros[: len(candidates)])
    assert (person > 0.5)[:4000].sum() > 3600 and (person > 0.5)[4000:].mean() < 0.01


def test_a_field_that_says_nothing_comes_to_weigh_nothing() -> None:
    """As moments of creation do, if every system was loaded out of another one."""
    rng = np.random.default_rng(3)
    hopeful = Field("b", ("", "", ""), (0.2, 0.2, 0.6), (0.9, 0.09, 0.01), frozenset())

    def drawn(shares: Sequence[float], count: int) -> np.ndarray:
        blank = rng.choice(3, (count, 1), p=(0.5, 0.3, 0.2))
        return np.concatenate([rng.choice(3, (count, len(PLANTED)), p=shares), blank], axis=1)

    levels = np.concatenate([drawn(SAME, 4000), drawn(STRANGERS, 70000)])
    zeros = np.zeros(len(levels))
    weights = learn(levels, Pairs(np.arange(len(levels)) < 24000, zeros, zeros, zeros + 1, 3000), (*PLANTED, hopeful))
    assert np.abs(weights.person[-1]).max() < 0.3 < np.abs(weights.person[0]).max()


def test_without_data_the_priors_speak_and_what_is_missing_counts_nothing() -> None:
    none = np.zeros(0)
    empty = Pairs(np.zeros(0, np.bool_), none, none, none, 0)
    weights = learn(levels_of([]), empty)
    blank = "-" * len(FIELDS)
    person, roof = weights.bits(levels_of([blank, "4" + blank[1:], "0" + blank[1:]]))
    assert person[0] == roof[0] == 0
    assert person[1] > person[2] and person[2] < -3


def test_a_roof_takes_what_it_explains() -> None:
    none = np.zeros(0)
    weights = learn(levels_of([]), Pairs(np.zeros(0, np.bool_), none, none, none, 0))
    rest = "-" * (len(FIELDS) - 7)
    # Same last name, phone, street and place: with another first name one house, with the same one person.
    told = levels_of(["03--235" + rest, "43--235" + rest])
    person, roof = chances(weights, told, np.array([0.0, 9.0]), np.array([40.0, 40.0]))
    assert roof[0] > 0.8 and person[1] > 0.8


@pytest.mark.parametrize(
    ("score", "doubts", "together"),
    [
        (-0.4, [], True),  # a trifle less than a link
        (-0.4, [(0, 2, -3.0)], False),  # but what is known of the third record speaks against it
    ],
)
def test_what_was_one_last_night_comes_apart_for_more_than_a_trifle(
    score: float, doubts: list[Link], together: bool
) -> None:
    links = [(1, 2, STRONG)]
    fresh = group(3, arrays(links), arrays([(0, 1, score), *doubts])).tolist()
    kept = group(3, arrays(links), arrays([(0, 1, score), *doubts]), held=arrays([(0, 1, score)])).tolist()
    assert fresh == [0, 1, 1]
    assert kept == ([0, 0, 0] if together else [0, 1, 1])


def test_a_hold_never_overrules_a_decision_and_changes_nothing_that_is_linked() -> None:
    links, held = [(0, 1, STRONG), (1, 2, STRONG)], arrays([(0, 2, 0.0)])
    assert group(3, arrays(links), arrays([]), held=held).tolist() == grouped(3, links)
    assert group(3, arrays([]), arrays([]), cannot=[(0, 2)], held=held).tolist() == [0, 1, 2]
