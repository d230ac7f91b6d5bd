"""Groups of records under guard: which links are followed, given what is known of the pairs between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crm360.record_linkage.clusters import Pairs, group


def pairs(rows: Sequence[tuple[int, int, float]]) -> Pairs:
    return (
        np.array([a for a, _, _ in rows], dtype=np.int64),
        np.array([b for _, b, _ in rows], dtype=np.int64),
        np.array([score for _, _, score in rows], dtype=np.float64),
    )


ONE = [(0, 1, 12.0), (0, 2, 11.0), (1, 2, 10.0)]  # three records of one person


def test_a_record_that_says_nothing_of_the_others_comes_to_its_own() -> None:
    links = [*ONE, (0, 3, 9.0)]
    for nothing in (0.0, -0.5):
        assert group(4, pairs(links), pairs([(1, 3, nothing), (2, 3, nothing)])).tolist() == [0, 0, 0, 0]
    assert group(4, pairs(links), pairs([])).tolist() == [0, 0, 0, 0]


def test_a_record_that_contradicts_the_others_does_not() -> None:
    links = [*ONE, (0, 3, 9.0)]
    assert group(4, pairs(links), pairs([(1, 3, -6.0), (2, 3, -6.0)])).tolist() == [0, 0, 0, 3]


def test_one_weak_link_does_not_hold_two_crowds_together() -> None:
    crowd = [(a, b, 12.0) for a in range(4) for b in range(a)]
    links = [*crowd, *((a + 4, b + 4, score) for a, b, score in crowd), (0, 4, 4.0)]
    assert group(8, pairs(links), pairs([])).tolist() == [0, 0, 0, 0, 4, 4, 4, 4]
    assert group(8, pairs([*links, (1, 5, 6.0)]), pairs([])).tolist() == [0] * 8
