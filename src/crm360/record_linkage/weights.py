"""Learns from the data how much each pattern of agreement says: Fellegi and Sunter's model with three kinds of pairs.

A pair of records is of one person, of two people under one roof (a family, an office), or of strangers. The third kind
takes the weight off what a household shares: last name, address and telephone make no person, first name and birth date
do.
Expectation-maximisation (Winkler 1988) over counted patterns; the strangers' shares come from pairs drawn blindly, the
value's own rarity stands in for the chance agreement of exact values (Winkler 2000), and every share is held near its
prior until the data are many. A field that a record lacks counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm360.record_linkage.fields import FIELDS, Field

Floats = NDArray[np.float64]
ROUNDS = 15
# How many pairs a prior is worth: of one person, of strangers; and what is believed of how many duplicates there are.
PRIOR_SAME, PRIOR_STRANGERS = 60.0, 2000.0
PRIOR_MATCHES, PRIOR_PAIRS = 5.0, 50_000.0
LEAST = 1e-7
# What the row is called that has the odds before any field is seen.
PRIOR = "before any field"


@dataclass(frozen=True)
class Pairs:
    """How often each pattern was counted; `personal` and `shared`: mean rarity, in bits, of its exact values."""

    is_candidate: NDArray[np.bool_]
    personal: Floats
    shared: Floats
    counts: Floats
    records: int


@dataclass(frozen=True)
class Weights:
    """Bits by field and level for 'one person' and 'one roof', both against strangers, without the values' rarity;
    and the logarithm of the prior odds of both."""

    person: tuple[Floats, ...]
    roof: tuple[Floats, ...]
    person_prior: float
    roof_prior: float

    def rows(self) -> list[dict[str, object]]:
        """The weights as rows, one a field and level and one for the prior, to be kept in a table."""
        rows = [
            {"field": field.name, "level": level, "person_bits": float(one), "roof_bits": float(two)}
            for field, person, roof in zip(FIELDS, self.person, self.roof, strict=True)
            for level, (one, two) in enumerate(zip(person, roof, strict=True))
        ]
        return [*rows, {"field": PRIOR, "level": 0, "person_bits": self.person_prior, "roof_bits": self.roof_prior}]

    @staticmethod
    def of_rows(rows: Iterable[Mapping[str, Any]]) -> Weights:
        """The weights that `rows` gave, in whatever order they come."""
        found = {(row["field"], row["level"]): (row["person_bits"], row["roof_bits"]) for row in rows}
        by_field = [np.array([found[f.name, level] for level in range(len(f.words))]) for f in FIELDS]
        person, roof = found[PRIOR, 0]
        return Weights(tuple(bits[:, 0] for bits in by_field), tuple(bits[:, 1] for bits in by_field), person, roof)

    def bits(self, levels: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Sum of bits of each row of levels (pairs × fields, -1 for missing), for both kinds."""
        person, roof = np.zeros(len(levels)), np.zeros(len(levels))
        for f in range(levels.shape[1]):
            known = levels[:, f] >= 0
            person[known] += self.person[f][levels[known, f]]
            roof[known] += self.roof[f][levels[known, f]]
        return person, roof


def levels_of(patterns: Sequence[str]) -> NDArray[np.int64]:
    """Patterns as numbers: pairs × fields, -1 for missing."""
    codes = np.array([[-1 if c == "-" else int(c) for c in p] for p in patterns], dtype=np.int64)
    return codes.reshape(len(patterns), len(FIELDS))


def learn(levels: NDArray[np.int64], pairs: Pairs, fields: Sequence[Field] = FIELDS) -> Weights:
    """Weights from counted patterns, given as levels (patterns × fields); with no pairs at all, those of the priors."""
    same = [np.array(f.same) / sum(f.same) for f in fields]
    strangers = [np.array(f.strangers) / sum(f.strangers) for f in fields]
    all_pairs = pairs.records * (pairs.records - 1) / 2
    matches = roofs = PRIOR_MATCHES
    candidates = np.where(pairs.is_candidate, pairs.counts, 0.0)
    blind = np.where(pairs.is_candidate, 0.0, pairs.counts)
    for _ in range(ROUNDS):
        odds = np.log2(np.array([matches, roofs]) / (all_pairs + PRIOR_PAIRS))
        weights = _weights(fields, same, strangers, float(odds[0]), float(odds[1]))
        person, roof = chances(weights, levels, pairs.personal, pairs.shared)
        matches = PRIOR_MATCHES + float((candidates * person).sum())
        roofs = PRIOR_MATCHES + float((candidates * roof).sum())
        for f, field in enumerate(fields):
            same[f] = _share(levels[:, f], candidates * person, field.same, PRIOR_SAME)
            apart, worth = (candidates, PRIOR_SAME) if field.among_candidates else (blind, PRIOR_STRANGERS)
            strangers[f] = _share(levels[:, f], apart * (1 - person - roof), field.strangers, worth)
    return weights


def chances(weights: Weights, levels: NDArray[np.int64], personal: Floats, shared: Floats) -> tuple[Floats, Floats]:
    """The probability of 'one person' and of 'one roof' for each pair."""
    person, roof = weights.bits(levels)
    person = np.exp2(np.clip(person + personal + shared + weights.person_prior, -200, 200))
    roof = np.exp2(np.clip(roof + shared + weights.roof_prior, -200, 200))
    whole = person + roof + 1
    return person / whole, roof / whole


def _share(levels: NDArray[np.int64], counts: Floats, prior: Sequence[float], worth: float) -> Floats:
    known = levels >= 0
    seen = np.bincount(levels[known], weights=counts[known], minlength=len(prior))
    before = np.array(prior) / sum(prior)
    return np.maximum((seen + worth * before) / (seen.sum() + worth), LEAST)


def _weights(
    fields: Sequence[Field], same: Sequence[Floats], strangers: Sequence[Floats], person_prior: float, roof_prior: float
) -> Weights:
    person, roof = [], []
    for field, m, u in zip(fields, same, strangers, strict=True):
        chance = np.array([1.0 if level in field.rare else u[level] for level in range(len(m))])
        ratio = m / chance
        person.append(np.log2(ratio))
        rare = np.array([level in field.rare for level in range(len(m))])
        mixed = field.together * ratio + np.where(rare, 0.0, 1 - field.together)
        roof.append(np.log2(np.maximum(mixed, LEAST)) if field.together else np.zeros(len(m)))
    return Weights(tuple(person), tuple(roof), person_prior, roof_prior)
