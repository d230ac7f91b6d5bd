"""What is learnt from pairs, and how links become groups: the pure package behind the identity models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm360.record_linkage.clusters import group
from crm360.record_linkage.fields import FIELDS, Field, described
from crm360.record_linkage.weights import Pairs, Weights, chances, learn, levels_of

Link = tuple[int, int, float]
STRONG = 20.0


def arrays(links: Sequence[Link]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, b, score = zip(*links, strict=True) if links else ((), (), ())
    return np.array(a, np.int64), np.array(b, np.int64), np.array(score, np.float64)


def grouped(
    size: int, links: Sequence[Link], doubts: Sequence[Link] = (), needed: float = 0.0,
    must: Sequence[tuple[int, int]] = (), cannot: Sequence[tuple[int, int]] = (),
) -> list[int]:  # fmt: skip
    return group(size, arrays(links), arrays(doubts), needed, must, cannot).tolist()


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
        [(0, 1, 12), (0, 2, 12), (0, 3, 9)], [(1, 2, -20), (1, 3, -20), (2, 3, -20)], [0, 1, 2, 3]
    ),
    "less than it needs": ([(0, 1, 0.5)], [], [0, 1]),
    "a likely link, whatever the rest": ([(0, 1, 4)], [], [0, 0]),
    "father, son, and a record that may be either's": ([(0, 1, 4), (0, 2, 4)], [(1, 2, -12)], [0, 1, 2]),
    "father, son, and one that is clearly the son's": ([(0, 1, 12), (0, 2, 4)], [(1, 2, -12)], [0, 0, 2]),
}  # fmt: skip


@pytest.mark.parametrize("case", GUARDED)
def test_links_are_guarded(case: str) -> None:
    links, doubts, expected = GUARDED[case]
    assert grouped(len(expected), links, doubts, needed=1) == expected
    assert grouped(len(expected), links[::-1], doubts[::-1], needed=1) == expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(case=GRAPHS, data=st.data())
def test_a_component_is_grouped_alike_whatever_else_there_is(
    case: tuple[int, list[tuple[int, int]]], data: st.DataObject
) -> None:
    size, pairs = case
    scores = st.floats(-12, 20, allow_nan=False)
    links = [(a, b, data.draw(scores)) for a, b in {(min(p), max(p)) for p in pairs if p[0] != p[1]}]
    alone = grouped(size, links, needed=1)
    others = [(size + a, size + b, score + 1) for a, b, score in links]
    assert grouped(2 * size, links + others, needed=1)[:size] == alone


def test_patterns_are_told_in_words() -> None:
    blank = ["-"] * len(FIELDS)
    blank[0], blank[2] = "4", "3"
    assert described("".join(blank)) == "first name same, birth date one slip apart"


# Six fields of three levels, 'differs', 'near', 'same'; the pairs are drawn from known shares.
PLANTED = (Field("a", ("", "", ""), (0.2, 0.2, 0.6), (0.9, 0.05, 0.05), frozenset()),) * 6
SAME, STRANGERS = (0.1, 0.25, 0.65), (0.96, 0.03, 0.01)


def counted(levels: np.ndarray, candidates: int, records: int, **chance: float) -> Pairs:
    """Each row a pair, the first so many of them candidates, without rare values."""
    zeros = np.zeros(len(levels))
    return Pairs(np.arange(len(levels)) < candidates, np.zeros((len(levels), 0)), zeros, zeros + 1, records, chance)


def unseen(rows: int = 0) -> Pairs:
    """No pairs to learn from; or so many to be judged, without rare values."""
    zeros = np.zeros(rows)
    return Pairs(np.zeros(rows, np.bool_), np.zeros((rows, 3)), zeros, zeros, 0, {})


@pytest.mark.night
def test_shares_that_were_planted_are_found() -> None:
    rng = np.random.default_rng(3)

    def drawn(shares: Sequence[float], count: int) -> np.ndarray:
        return rng.choice(3, (count, len(PLANTED)), p=shares)

    levels = np.concatenate([drawn(SAME, 4000), drawn(STRANGERS, 70000)])
    weights = learn(levels, counted(levels, 24000, 3000), PLANTED)
    found = np.array([weights.person[0], weights.person[5]])
    assert found == pytest.approx(np.tile(np.log2(np.array(SAME) / np.array(STRANGERS)), (2, 1)), abs=0.35)
    person, _ = chances(weights, levels[:24000], counted(levels[:24000], 24000, 3000))
    assert (person > 0.5)[:4000].sum() > 3600 and (person > 0.5)[4000:].mean() < 0.01


@pytest.mark.night
def test_a_field_that_says_nothing_comes_to_weigh_nothing() -> None:
    """As moments of creation do, if every system was loaded out of another one."""
    rng = np.random.default_rng(3)
    hopeful = Field("b", ("", "", ""), (0.2, 0.2, 0.6), (0.9, 0.09, 0.01), frozenset())

    def drawn(shares: Sequence[float], count: int) -> np.ndarray:
        blank = rng.choice(3, (count, 1), p=(0.5, 0.3, 0.2))
        return np.concatenate([rng.choice(3, (count, len(PLANTED)), p=shares), blank], axis=1)

    levels = np.concatenate([drawn(SAME, 4000), drawn(STRANGERS, 70000)])
    weights = learn(levels, counted(levels, 24000, 3000), (*PLANTED, hopeful))
    assert np.abs(weights.person[-1]).max() < 0.3 < np.abs(weights.person[0]).max()


def test_without_data_the_priors_speak_and_what_is_missing_counts_nothing() -> None:
    weights = learn(levels_of([]), unseen())
    blank = "-" * len(FIELDS)
    person, kinds = weights.bits(levels_of([blank, "4" + blank[1:], "0" + blank[1:]]))
    assert person[0] == weights.person_prior and kinds[0].tolist() == list(weights.household_priors)
    assert person[1] > person[2] and person[2] < person[0] - 3


def test_weights_come_back_from_their_table() -> None:
    weights = learn(levels_of([]), unseen())
    again = Weights.of_rows(weights.rows()[::-1])
    levels = levels_of(["434323" + "-" * (len(FIELDS) - 6), "0" + "-" * (len(FIELDS) - 1)])
    assert again.parts(levels).person == pytest.approx(weights.parts(levels).person)
    assert again.parts(levels).household == pytest.approx(weights.parts(levels).household)
    assert again.rates == pytest.approx(weights.rates)


# Of families that share name, mailbox, phone and home: how many homes, people in each, records a person.
def families(
    homes: int, people: int, records: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Candidate pairs within homes: levels, whether they are one person, and the first name's rarity."""
    rows, is_one, rarity = [], [], []
    place = {field.name: n for n, field in enumerate(FIELDS)}
    for _ in range(homes):
        for a in range(people * records):
            for b in range(a):
                one = a // records == b // records
                row = np.full(len(FIELDS), -1)
                for name in ("last name", "e-mail", "phone", "street", "place"):
                    if rng.random() < 0.7:
                        row[place[name]] = len(FIELDS[place[name]].words) - 1
                row[place["first name"]] = (
                    rng.choice([4, 2, 0], p=[0.9, 0.07, 0.03]) if one else 4 * (rng.random() < 0.005)
                )
                if rng.random() < 0.3:
                    row[place["birth date"]] = 4 if one else 0
                rows.append(row)
                is_one.append(one)
                rarity.append(9.0 * (row[0] == 4))
    return np.array(rows), np.array(is_one), np.array(rarity)


def test_a_family_is_not_one_person_however_much_it_shares() -> None:
    rng = np.random.default_rng(5)
    within, is_one, rarity = families(400, 4, 2, rng)
    apart = np.full((20000, len(FIELDS)), -1)
    apart[:, :7] = 0
    levels = np.concatenate([within, apart])
    personal = np.zeros((len(levels), 3))
    personal[: len(within), 0] = rarity
    personal[: len(within), 1] = 14.0 * (within[:, 2] == 4)
    shared = np.concatenate([12.0 * (within[:, [1, 3, 4, 5, 6]] > 0).sum(axis=1), np.zeros(len(apart))])
    pairs = Pairs(np.arange(len(levels)) < len(within), personal, shared, np.ones(len(levels)), 3200, {})
    weights = learn(levels, pairs)
    person, _ = chances(weights, levels, pairs)
    said = person[: len(within)] > 0.9
    assert is_one[said].mean() > 0.96
    assert said[is_one & (within[:, 0] == 4)].mean() > 0.9
    assert weights.person[0][0] < -3  # another first name speaks against one person
    assert all(weights.person[0][level] <= weights.person[0][level + 1] for level in range(3))


HOME = {"last name": 3, "street": 3, "place": 5}
BOXES = {"e-mail": 3, "phone": 2}
KNOWN = {
    "one person, by name and birth date": ({**HOME, "first name": 4, "birth date": 4}, True),
    "one person, by name, mailbox and phone": ({**BOXES, "first name": 4, "last name": 3}, True),
    "twins: all but the first name": ({**HOME, **BOXES, "first name": 0, "birth date": 4, "gender": 1}, False),
    "father and son: all but the birth date": ({**HOME, **BOXES, "first name": 4, "birth date": 0}, False),
    "a couple with one mailbox and phone": ({**HOME, **BOXES, "first name": 0, "gender": 0}, False),
    "a borrowed number under another name": ({"first name": 0, "last name": 3, "birth date": 0, "person number": 2}, False),
    "two numbers, two people: one name, one home": ({**HOME, "first name": 4, "person number": 0}, False),
}  # fmt: skip
RARITY = {"first name": 9.0, "birth date": 14.0, "person number": 17.0}


@pytest.mark.parametrize("case", KNOWN)
def test_what_a_home_shares_makes_no_person(case: str) -> None:
    known, is_one = KNOWN[case]
    levels = levels_of(["".join(str(known.get(field.name, "-")) for field in FIELDS)])
    rare = [
        [
            RARITY[name] * (known.get(name) == len(FIELDS[[f.name for f in FIELDS].index(name)].words) - 1)
            for name in RARITY
        ]
    ]
    weights = learn(levels_of([]), unseen())
    person, _ = chances(
        weights, levels, Pairs(np.ones(1, np.bool_), np.array(rare), np.array([40.0]), np.ones(1), 0, {})
    )
    assert (person[0] > 0.95) == is_one, person
