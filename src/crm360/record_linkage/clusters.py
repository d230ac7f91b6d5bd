"""Groups records into people: strongest links first, each under guard.

A link joins two groups only if nobody has decided against it, if all that is known between the two groups speaks for
it on the whole (so no weak bridge, no hub and no namesake holds two people together), and if neither group could as
well be somebody else's who is another person (so of a father and a son with one name, a record that may be either's
is nobody's). What a link needs is known before: no link's fate depends on another component's.
Greedy and deterministic: the same links give the same groups, in whatever order they come.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Pairs = tuple[Ints, Ints, Floats]
# No pair of records says more for two groups than this, in bits.
MOST_FOR = 30.0
# From here on two groups are two people, when it is asked whether a third one may be either's.
RIVAL = -5.5
# What a pair says against two groups at least, unless it speaks for them: most pairs of one person's records do.
SILENT = -0.35


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

    def join_if_allowed(self, pairs: Iterable[tuple[int, int]]) -> None:
        for a, b in pairs:
            a, b = self.root(a), self.root(b)
            if a != b and self.may_join(a, b):
                self.join(a, b)


class Evidence:
    """What is known between records that could come to share a group, in bits by pair."""

    def __init__(self, groups: Groups, links: Pairs, doubts: Pairs) -> None:
        self.groups = groups
        self.between: dict[int, float] = {}
        self.linked: dict[int, list[int]] = {}
        self._read(links, doubts)

    def _read(self, links: Pairs, doubts: Pairs) -> None:
        size = self.groups.size
        roots = np.fromiter(map(self.groups.root, range(size)), np.int64, size)
        a, b = np.concatenate([roots, links[0]]), np.concatenate([np.arange(size), links[1]])
        _, part = connected_components(
            coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(size, size)), directed=False
        )
        large = np.bincount(part, minlength=1)[part] > 2
        unsure = (*doubts[:2], np.where(doubts[2] <= 0, np.minimum(doubts[2], SILENT), doubts[2]))
        for a, b, score in (unsure, links):
            kept = (part[a] == part[b]) & large[a]
            low, high = np.minimum(a[kept], b[kept]), np.maximum(a[kept], b[kept])
            values = np.minimum(score[kept], MOST_FOR)
            self.between.update(zip((low * size + high).tolist(), values.tolist(), strict=True))
        for x, y in zip(low.tolist(), high.tolist(), strict=True):
            self.linked.setdefault(x, []).append(y)
            self.linked.setdefault(y, []).append(x)

    def sum(self, x: int, y: int, silent: float = 0.0) -> float:
        """All that is known between two groups, given their roots; a pair of which nothing is known says `silent`."""
        size, total = self.groups.size, 0.0
        those = self.groups.of(y)
        for a in self.groups.of(x):
            for b in those:
                total += self.between.get(a * size + b if a < b else b * size + a, silent)
        return total

    def against_rivals(self, x: int, y: int, bits: float) -> float:
        """What is left of so many bits for x and y, if x or y may as well be a third group's that is another person."""
        least = bits
        for one, other in ((x, y), (y, x)):
            for third in self._rivals(one, other):
                apart = self.sum(other, third)
                if apart > RIVAL:
                    continue
                theirs = min(self.sum(one, third), MOST_FOR)
                all_three = bits + theirs + apart
                for_it = max(all_three, bits) + math.log2(1 + 2.0 ** -abs(all_three - bits))
                least = min(least, for_it - max(theirs, 0.0) - math.log2(1 + 2.0 ** -abs(theirs)))
        return least

    def _rivals(self, one: int, other: int) -> Sequence[int]:
        groups = self.groups
        found = {groups.root(n) for record in groups.of(one) for n in self.linked.get(record, ())}
        return sorted(found - {one, other})


def group(
    size: int,
    links: Pairs,
    doubts: Pairs,
    needed: Floats | float = 0.0,
    must: Iterable[tuple[int, int]] = (),
    cannot: Iterable[tuple[int, int]] = (),
) -> Ints:
    """The group of each record, by its smallest member. `links` may join: (a, b, score in bits); `doubts` only weigh.

    `needed` is how many bits must speak for each link. `must` joins whatever the scores say; `cannot` wins over
    everything, also over `must`.
    """
    groups = Groups(size)
    for a, b in cannot:
        groups.keep_apart(a, b)
    groups.join_if_allowed(must)
    evidence = Evidence(groups, links, doubts)
    ones, others, score = links
    least = np.broadcast_to(needed, score.shape)
    order = np.lexsort((np.maximum(ones, others), np.minimum(ones, others), -score))
    for at in order.tolist():
        x, y = groups.root(int(ones[at])), groups.root(int(others[at]))
        if x == y or not groups.may_join(x, y):
            continue
        bits = float(score[at])
        if len(groups.of(x)) * len(groups.of(y)) > 1:
            bits = min(bits, evidence.sum(x, y, SILENT))
        if bits > least[at] and evidence.against_rivals(x, y, bits) > least[at]:
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
