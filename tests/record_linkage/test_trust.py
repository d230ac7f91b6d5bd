"""What was learnt is used if it holds, and refused if not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crm360.record_linkage.fields import FIELDS
from crm360.record_linkage.trust import faults, learn_or_refuse
from crm360.record_linkage.weights import REFUSED, Pairs, Weights, learn, levels_of, rare_personal


def counted(share_that_differs: float) -> tuple[np.ndarray, Pairs]:
    """1,000 pairs that have last name, birth date, address and number in common; in so many the first name differs."""
    said = {"last name": "3", "birth date": "4", "street": "3", "place": "5", "person number": "2"}
    patterns = [
        "".join({**said, "first name": first}.get(field.name, "-") for field in FIELDS) for first in ("0", "4")
    ] + ["".join({"first name": "0", "last name": "0"}.get(field.name, "-") for field in FIELDS)]
    rarity = np.zeros((3, len(rare_personal())))
    rarity[:2] = [0.0, 12.0, 14.0]
    rarity[1, 0] = 8.0
    counts = np.array([1000 * share_that_differs, 1000 * (1 - share_that_differs), 100_000.0])
    is_candidate = np.array([True, True, False])
    return levels_of(patterns), Pairs(is_candidate, rarity, np.array([20.0, 20.0, 0.0]), counts, 2_000, {})


def test_what_holds_is_used() -> None:
    levels, pairs = counted(0.1)
    assert learn_or_refuse(levels, pairs).refused == ()


def test_a_model_that_calls_two_people_one_is_refused_for_the_priors() -> None:
    levels, pairs = counted(0.9)
    refused = learn_or_refuse(levels, pairs)
    assert [why.split(":")[0] for why in refused.refused] == ["first name"]
    usual = learn(levels, replace(pairs, counts=np.zeros_like(pairs.counts)))
    assert refused.person[0].tolist() == usual.person[0].tolist()
    rows = refused.rows()
    assert [row["field"] for row in rows if row["class"] == REFUSED] == list(refused.refused)
    assert Weights.of_rows(rows).person_prior == refused.person_prior


def test_a_difference_that_speaks_for_one_person_is_refused() -> None:
    levels, pairs = counted(0.1)
    weights = learn(levels, pairs)
    turned = replace(weights, person=(np.array([0.3, 1.0, 1.0, 1.0, 1.0]), *weights.person[1:]))
    assert faults(turned, levels, pairs)[0] == "first name: 'differs' speaks for one person"
