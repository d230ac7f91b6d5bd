"""Groups records into people: strongest links first, each under guard.

A link joins two groups only if nobody has decided against it, if all that is known between the two groups speaks for
it on the whole (so no weak bridge, no hub and no namesake holds two people together), and if the pairs made so far,
with those that it would make, are still expected to be right but for a small share: a guard of precision.
Greedy and deterministic: the same links give the same groups, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# One comparison can say so much against, and so much for: any record can have a wrong field.
MOST_AGAINST, MOST_FOR = 6.0, 30.0
# The share of all pairs made that may be expected to be wrong.
TOLERATED = 0.01
# What it is worth, in bits, that a pair was one last night.
HOLD = 1.5


@dataclass
class Groups:
    """Disjoint groups of the numbers 0 … size-1, with pairs that must never share one."""

    size: int
    parent: list[int] = field(init=False)
    members: dict[int, list[int]] = field(default_factory=dict)
    apart: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parent = list(range(self.size))

    def root(self, node: int) -> int:
        parent = self.parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def of(self, root: int) -> list[int]:
        """The members of a group, given its root."""
        return self.members.get(root) or [root]

    def keep_apart(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        self.apart.setdefault(a, set()).add(b)
        self.apart.setdefault(b, set()).add(a)

    def may_join(self, a: int, b: int) -> bool:
        return b not in self.apart.get(a, ())

    def join(self, a: int, b: int) -> None:
        """Make one group of two roots' groups; the larger one's root stays."""
        if (len(self.of(a)), -a) < (len(self.of(b)), -b):
            a, b = b, a
        self.members[a] = [*self.of(a), *self.of(b)]
        self.members.pop(b, None)
        self.parent[b] = a
        for other in self.apart.pop(b, set()):
            self.apart[other].discard(b)
            self.apart[other].add(a)
            self.apart.setdefault(a, set()).add(other)


@dataclass
class Budget:
    """What the guard lets pass: of all pairs made, a share that may be expected to be wrong.

    `made` and `wrong` are what groups that are not judged again have used up; `taken` is what these use, by record.
    """

    made: float = 0.0
    wrong: float = 0.0
    taken: Floats = field(default_factory=lambda: np.zeros((0, 2)))

    def take(self, record: int, pairs: float, risk: float) -> bool:
        """Whether a join that makes so many pairs, so many of them expected to be wrong, is within the budget.

        One that is right often enough by itself always is: how much of the rest is judged again does not matter then.
        """
        if risk > TOLERATED * pairs and self.wrong + risk > TOLERATED * (self.made + pairs):
            return False
        self.made, self.wrong = self.made + pairs, self.wrong + risk
        self.taken[record, 0] += pairs
        self.taken[record, 1] += risk
        return True


def group(
    size: int,
    links: tuple[Ints, Ints, Floats],
    doubts: tuple[Ints, Ints, Floats],
    must: Iterable[tuple[int, int]] = (),
    cannot: Iterable[tuple[int, int]] = (),
    held: tuple[Ints, Ints, Floats] | None = None,
    budget: Budget | None = None,
) -> Ints:
    """The group of each record, by its smallest member. `links` may join: (a, b, score in bits); `doubts` only weigh.

    `must` joins whatever the scores say; `cannot` wins over everything, also over `must`. `held` are pairs that were
    one last night and are a little less alike than a link: they join last, unless what speaks against it outweighs
    HOLD. So the same data give the same groups again, and only what would come apart for a trifle stays together.
    `budget` is what is left for these records, if they are not all there are; what they take is written into it.
    """
    groups = Groups(size)
    for a, b in cannot:
        groups.keep_apart(a, b)
    for a, b in must:
        a, b = groups.root(a), groups.root(b)
        if a != b and groups.may_join(a, b):
            groups.join(a, b)
    lefts, rights, score = links
    order = np.lexsort((np.maximum(lefts, rights), np.minimum(lefts, rights), -score))
    joined = links if held is None else tuple(np.concatenate(pair) for pair in zip(links, held, strict=True))
    known = _between(groups, joined, doubts)  # type: ignore[arg-type]
    budget = Budget() if budget is None else budget
    budget.taken = np.zeros((size, 2))
    for record, y, bits in zip(lefts[order].tolist(), rights[order].tolist(), score[order].tolist(), strict=True):
        x, y = groups.root(record), groups.root(y)
        if x == y or not groups.may_join(x, y):
            continue
        pairs = len(groups.of(x)) * len(groups.of(y))
        for_it = bits if pairs == 1 else min(bits, _sum(known, size, groups.of(x), groups.of(y)))
        risk = pairs / (1 + 2.0 ** min(for_it, MOST_FOR))
        if for_it > 0 and budget.take(record, pairs, risk):
            groups.join(x, y)
    if held is not None:
        lefts, rights, score = held
        order = np.lexsort((np.maximum(lefts, rights), np.minimum(lefts, rights), -score))
        for x, y in zip(lefts[order].tolist(), rights[order].tolist(), strict=True):
            x, y = groups.root(x), groups.root(y)
            if x == y or not groups.may_join(x, y):
                continue
            if _sum(known, size, groups.of(x), groups.of(y)) + HOLD > 0:
                groups.join(x, y)
    smallest = np.arange(size)
    for members in groups.members.values():
        smallest[members] = min(members)
    return smallest


def reached(records: Ints, a: Ints, b: Ints) -> Ints:
    """The records, and all that links (a, b) join to one of them directly or by way of others; in order.

    Records are small numbers: what is reached costs what the largest one is.
    """
    size = max((int(column.max()) for column in (records, a, b) if len(column)), default=-1) + 1
    parts, part = connected_components(
        coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(size, size)), directed=False
    )
    touched = np.zeros(parts, np.bool_)
    touched[part[records]] = True
    return np.flatnonzero(touched[part]).astype(np.int64)


def _between(groups: Groups, links: tuple[Ints, Ints, Floats], doubts: tuple[Ints, Ints, Floats]) -> dict[int, float]:
    """Score by pair (a * size + b, a < b), of pairs that could come to share a group."""
    roots = np.fromiter(map(groups.root, range(groups.size)), np.int64, groups.size)
    a, b = (np.concatenate([roots, links[0]]), np.concatenate([np.arange(groups.size), links[1]]))
    _, part = connected_components(
        coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(groups.size,) * 2), directed=False
    )
    large = np.bincount(part, minlength=1)[part] > 2
    known: dict[int, float] = {}
    for a, b, score in (doubts, links):
        kept = (part[a] == part[b]) & large[a]
        low, high = np.minimum(a[kept], b[kept]), np.maximum(a[kept], b[kept])
        values = np.clip(score[kept], -MOST_AGAINST, MOST_FOR)
        known.update(zip((low * groups.size + high).tolist(), values.tolist(), strict=True))
    return known


def _sum(known: dict[int, float], size: int, these: list[int], those: list[int]) -> float:
    total = 0.0
    for x in these:
        for y in those:
            total += known.get(x * size + y if x < y else y * size + x, 0.0)
    return total
