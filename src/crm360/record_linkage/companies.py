"""Groups company records by rules, the surest rule first, so that none in the middle holds two companies together.

Decisions and source merges (ranks 0 and 1) join whatever the fields say, except across a cannot-link. Then, rank by
rank, what the rank's links would join is one company only if no two of the groups in it contradict each other: a pair
between them shares a key but not name, domain or place, and none links them. Otherwise nobody can say to which of them
the records in the middle belong, and none of these links is followed; the review queue asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from crm360.record_linkage.clusters import Groups

Pair = tuple[int, int]
CERTAIN = 1


def group(
    size: int,
    links: Iterable[tuple[int, int, int]],
    contradicted: Iterable[Pair] = (),
    cannot: Iterable[Pair] = (),
) -> NDArray[np.int64]:
    """The group of each of the numbers 0 … size-1, by its smallest member. `links` are (a, b, rank); `cannot` wins."""
    ranked = sorted(links, key=lambda link: (link[2], link[0], link[1]))
    against = list(contradicted)
    groups = Groups(size)
    for a, b in cannot:
        groups.keep_apart(groups.root(a), groups.root(b))
    for rank, same in groupby(ranked, key=lambda link: link[2]):
        offered = [(a, b) for a, b, _ in same]
        if rank > CERTAIN:
            offered = _clear(groups, offered, ranked, against)
        for a, b in offered:
            a, b = groups.root(a), groups.root(b)
            if a != b and groups.may_join(a, b):
                groups.join(a, b)
    smallest = np.arange(size)
    for members in groups.members.values():
        smallest[members] = min(members)
    return smallest


def _clear(groups: Groups, offered: list[Pair], links: list[tuple[int, int, int]], against: list[Pair]) -> list[Pair]:
    """Those of the links offered that would join no two groups which contradict each other, also by way of others."""
    linked = {_roots(groups, a, b) for a, b, _ in links}
    apart = {roots for a, b in against if (roots := _roots(groups, a, b)) not in linked and roots[0] != roots[1]}
    joined = Groups(groups.size)
    for a, b in offered:
        a, b = joined.root(groups.root(a)), joined.root(groups.root(b))
        if a != b and groups.may_join(*_roots(groups, a, b)):
            joined.join(a, b)
    unclear = {joined.root(a) for a, b in apart if joined.root(a) == joined.root(b)}
    return [(a, b) for a, b in offered if joined.root(groups.root(a)) not in unclear]


def _roots(groups: Groups, a: int, b: int) -> Pair:
    a, b = groups.root(a), groups.root(b)
    return (a, b) if a < b else (b, a)
