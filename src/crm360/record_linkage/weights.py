"""Learns from the data how much each pattern of agreement says: Fellegi and Sunter's model with three kinds of pairs.

A pair of records is of one person, of two people of one household (fields.HOUSEHOLDS: a family, a home, a firm, a
mailbox), or of strangers. A household's kinds are mixed, so that what a home shares comes together: whoever has one's
telephone has the address too, and both at once say no more than one. How often a household shares a field is learnt.
Expectation-maximisation (Winkler 1988) over counted patterns; the strangers' shares come from pairs drawn blindly, the
value's own rarity stands in for the chance agreement of exact values (Winkler 2000), and every share is held near its
prior until the data are many. A field that a record lacks counts nothing.

The class "one person" is tied to what only a person has: of a personal field nothing is learnt from pairs that lack
every other one, 'differs' is bounded in it, and no level says less for one person than a lower one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm360.record_linkage.fields import FIELDS, HOUSEHOLDS, Field

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDS = 25
# How many pairs a prior is worth: of one person's shares, of strangers', of what a household shares, and of how often
# it shares what is personal; and what is believed of how many duplicates, and housemates, there are.
PRIOR_SAME, PRIOR_STRANGERS, PRIOR_SHARED, PRIOR_INHERITED = 60.0, 2000.0, 30.0, 100.0
PRIOR_MATCHES, PRIOR_HOMES, PRIOR_PAIRS = 5.0, 10.0, 50_000.0
LEAST = 1e-7
# What two strangers' values have in common by chance, where nothing is known of the field.
USUAL_CHANCE = 0.001
# What the rows are called that have the odds before any field, and how often a household shares a personal field.
PRIOR, INHERITED = "before any field", "inherited"
PERSON = "person"
# Why weights were refused stands among them, one row a reason.
REFUSED = "refused"


@dataclass(frozen=True)
class Pairs:
    """How often each pattern was counted, with the mean rarity, in bits, of its exact values: of each rare personal
    field (rows × rare_personal) and of all other fields together. `chance` is how often two strangers have the same
    value, by field."""

    is_candidate: NDArray[np.bool_]
    personal: Floats
    shared: Floats
    counts: Floats
    records: int
    chance: Mapping[str, float]


def rare_personal(fields: Sequence[Field] = FIELDS) -> list[int]:
    """The personal fields whose exact values are weighed pair by pair, by place."""
    return [place for place, field in enumerate(fields) if field.is_personal and field.rare]


@dataclass(frozen=True)
class Parts:
    """What patterns say, a row each, before the rarity of their values: bits with the prior for one person and for one
    household; of each rare personal field that agrees exactly, the share of a household's pairs that inherit the value
    (times what it says, to be multiplied by 2^rarity) and the share that have it by chance; and the most that one
    personal field says against one person."""

    person: Floats
    household: Floats
    inherited: Floats
    by_chance: Floats
    against: Floats


@dataclass(frozen=True)
class Weights:
    """Bits by field and level, all against strangers and without the values' rarity, and the logarithm of the prior
    odds: for one person, and for each kind of household. `rates`: how often a household shares a rare personal one."""

    person: tuple[Floats, ...]
    households: tuple[tuple[Floats, ...], ...]
    rates: tuple[float, ...]
    person_prior: float
    household_priors: tuple[float, ...]
    fields: Sequence[Field] = FIELDS
    refused: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, object]]:
        """The weights as rows, one a class, field and level, to be kept in a table."""
        rows: list[dict[str, object]] = []
        classes = (PERSON, *HOUSEHOLDS)
        priors = (self.person_prior, *self.household_priors)
        for name, table, prior in zip(classes, (self.person, *self.households), priors, strict=True):
            rows.append({"class": name, "field": PRIOR, "level": 0, "bits": prior})
            for field, bits in zip(self.fields, table, strict=True):
                rows += [
                    {"class": name, "field": field.name, "level": level, "bits": float(value)}
                    for level, value in enumerate(bits)
                ]
        rows += [{"class": REFUSED, "field": why, "level": 0, "bits": 0.0} for why in self.refused]
        rare = rare_personal(self.fields)
        return rows + [
            {"class": INHERITED, "field": self.fields[place].name, "level": 0, "bits": float(np.log2(rate))}
            for place, rate in zip(rare, self.rates, strict=True)
        ]

    @staticmethod
    def of_rows(rows: Iterable[Mapping[str, Any]]) -> Weights:
        """The weights that `rows` gave, in whatever order they come."""
        found = {(row["class"], row["field"], row["level"]): float(row["bits"]) for row in rows}
        tables = {
            name: tuple(np.array([found[name, f.name, level] for level in range(len(f.words))]) for f in FIELDS)
            for name in (PERSON, *HOUSEHOLDS)
        }
        return Weights(
            tables[PERSON],
            tuple(tables[name] for name in HOUSEHOLDS),
            tuple(2.0 ** found[INHERITED, FIELDS[place].name, 0] for place in rare_personal()),
            found[PERSON, PRIOR, 0],
            tuple(found[name, PRIOR, 0] for name in HOUSEHOLDS),
        )

    def bits(self, levels: Ints) -> tuple[Floats, Floats]:
        """Sum of bits with the prior of each row of levels (pairs × fields, -1 for missing): for one person, and for
        each kind of household (pairs × kinds)."""
        person = self.person_prior + self.by_field(levels).sum(axis=1)
        kinds = np.tile(np.array(self.household_priors), (len(levels), 1))
        for place in range(len(self.fields)):
            known = levels[:, place] >= 0
            level = levels[known, place]
            kinds[known] += np.column_stack([table[place][level] for table in self.households])
        return person, kinds

    def by_field(self, levels: Ints) -> Floats:
        """Bits for one person by field (pairs × fields), without the prior; 0 for missing fields."""
        told = np.zeros(levels.shape)
        for place in range(len(self.fields)):
            known = levels[:, place] >= 0
            told[known, place] = self.person[place][levels[known, place]]
        return told

    def parts(self, levels: Ints) -> Parts:
        """What each row of levels says."""
        person, kinds = self.bits(levels)
        rare = rare_personal(self.fields)
        inherited, by_chance = np.zeros((len(levels), len(rare))), np.ones((len(levels), len(rare)))
        for column, (place, rate) in enumerate(zip(rare, self.rates, strict=True)):
            exact = np.isin(levels[:, place], list(self.fields[place].rare))
            inherited[exact, column] = rate * np.exp2(self.person[place][levels[exact, place]])
            by_chance[exact, column] = 1 - rate
        against = np.zeros(len(levels))
        for place, field in enumerate(self.fields):
            if field.is_personal:
                differs = levels[:, place] == 0
                against[differs] = np.minimum(against[differs], self.person[place][0])
        return Parts(person, np.logaddexp2.reduce(kinds, axis=1), inherited, by_chance, against)


def levels_of(patterns: Sequence[str]) -> Ints:
    """Patterns as numbers: pairs × fields, -1 for missing."""
    codes = np.array([[-1 if c == "-" else int(c) for c in p] for p in patterns], dtype=np.int64)
    return codes.reshape(len(patterns), len(FIELDS))


def learn(levels: Ints, pairs: Pairs, fields: Sequence[Field] = FIELDS) -> Weights:
    """Weights from counted patterns, given as levels (patterns × fields); with no pairs at all, those of the priors."""
    kinds = len(HOUSEHOLDS)
    same = [np.array(f.same) / sum(f.same) for f in fields]
    strangers = [np.array(f.strangers) / sum(f.strangers) for f in fields]
    shared = np.array([f.shared for f in fields])
    all_pairs = pairs.records * (pairs.records - 1) / 2 + PRIOR_PAIRS
    matches, homes = PRIOR_MATCHES, np.full(kinds, PRIOR_HOMES / kinds)
    candidates = np.where(pairs.is_candidate, pairs.counts, 0.0)
    blind = np.where(pairs.is_candidate, 0.0, pairs.counts)
    anchored = [candidates * _is_anchored(levels, place, fields) for place in range(len(fields))]
    for _ in range(ROUNDS):
        odds = np.log2(np.array([matches, *homes]) / all_pairs)
        weights = _weights(fields, same, strangers, shared, pairs.chance, odds)
        person, home = chances(weights, levels, pairs)
        matches = PRIOR_MATCHES + float(candidates @ person)
        homes = PRIOR_HOMES / kinds + candidates @ home
        apart = 1 - person - home.sum(axis=1)
        for place, field in enumerate(fields):
            met, worth = (candidates, PRIOR_SAME) if field.among_candidates else (blind, PRIOR_STRANGERS)
            strangers[place] = _share(levels[:, place], met * apart, field.strangers, worth)
            found = _share(levels[:, place], anchored[place] * person, field.same, PRIOR_SAME)
            same[place] = _bounded(found, strangers[place], field)
            if any(field.shared):
                shared[place] = _shared(
                    field, weights.person[place], shared[place], levels[:, place],
                    anchored[place][:, None] * home, pairs.chance,
                )  # fmt: skip
    return weights


def chances(weights: Weights, levels: Ints, pairs: Pairs) -> tuple[Floats, Floats]:
    """The probability of 'one person' for each pair, and of each kind of household (pairs × kinds)."""
    person, kinds = weights.bits(levels)
    parts = weights.parts(levels)
    person = person + pairs.personal.sum(axis=1) + pairs.shared
    inherited = np.log2(parts.inherited * np.exp2(np.minimum(pairs.personal, 100)) + parts.by_chance).sum(axis=1)
    kinds = kinds + (inherited + pairs.shared)[:, None]
    logs = np.column_stack([person, kinds, np.zeros(len(levels))])
    odds = np.exp2(logs - logs.max(axis=1)[:, None])
    odds /= odds.sum(axis=1)[:, None]
    return odds[:, 0], odds[:, 1:-1]


def _is_anchored(levels: Ints, place: int, fields: Sequence[Field]) -> NDArray[np.bool_]:
    """Whether a pair teaches of a field: of a personal one only if another one is known, else it explains itself."""
    others = [other for other in rare_personal(fields) if other != place]
    if not fields[place].is_personal or not others:
        return np.ones(len(levels), np.bool_)
    return np.asarray((levels[:, others] >= 0).any(axis=1), np.bool_)


def _share(levels: Ints, counts: Floats, prior: Sequence[float], worth: float) -> Floats:
    known = levels >= 0
    seen = np.bincount(levels[known], weights=counts[known], minlength=len(prior))
    before = np.array(prior) / sum(prior)
    return np.maximum((seen + worth * before) / (seen.sum() + worth), LEAST)


def _bounded(same: Floats, strangers: Floats, field: Field) -> Floats:
    """One person's shares in a personal field: no more 'differs' than can be, and no level that says less for one
    person than the one below it (levels out of order are pooled; exact values stand above them all)."""
    if not field.is_personal:
        return same
    if same[0] > field.most_different:
        same = np.concatenate([[field.most_different], same[1:] * (1 - field.most_different) / same[1:].sum()])
    steps = [[level] for level in range(len(same)) if level not in field.rare]
    at = 1
    while at < len(steps):
        low, high = steps[at - 1], steps[at]
        if same[low].sum() / strangers[low].sum() > same[high].sum() / strangers[high].sum():
            steps[at - 1 : at + 1] = [low + high]
            at = max(at - 1, 1)
        else:
            at += 1
    for step in steps:
        same[step] = same[step].sum() * strangers[step] / strangers[step].sum()
    return same


def _shared(
    field: Field, bits: Floats, rates: Floats, levels: Ints, counts: Floats, chance: Mapping[str, float]
) -> Floats:
    """How often each kind of household shares a field: of those pairs that agree in it, as many as chance does not
    explain. One rate for all kinds where it is personal."""
    ratio = np.exp2(bits)
    for level in field.rare:
        ratio[level] /= max(chance.get(field.name, USUAL_CHANCE), LEAST)
    known = levels >= 0
    shares = rates * ratio[:, None] / (rates * ratio[:, None] + 1 - rates)
    took = (counts[known] * shares[levels[known]]).sum(axis=0)
    seen = counts[known].sum(axis=0)
    if field.is_personal:
        rate = (took.sum() + PRIOR_INHERITED * field.shared[0]) / (seen.sum() + PRIOR_INHERITED)
        return np.full(len(rates), min(float(rate), field.most_shared))
    return np.minimum((took + PRIOR_SHARED * np.array(field.shared)) / (seen + PRIOR_SHARED), field.most_shared)


def _weights(
    fields: Sequence[Field], same: Sequence[Floats], strangers: Sequence[Floats], shared: Floats,
    chance: Mapping[str, float], odds: Floats,
) -> Weights:  # fmt: skip
    person: list[Floats] = []
    households: list[list[Floats]] = [[] for _ in HOUSEHOLDS]
    for field, m, u, rates in zip(fields, same, strangers, shared, strict=True):
        exact = sorted(field.rare)
        ratio = m / np.array([1.0 if level in field.rare else u[level] for level in range(len(m))])
        person.append(np.log2(ratio))
        for kind, rate in enumerate(rates):
            mixed = rate * ratio + 1 - rate
            # Weighed pair by pair if personal (parts); else by how common the field's values are.
            by_chance = chance.get(field.name, USUAL_CHANCE)
            mixed[exact] = 1.0 if field.is_personal else rate * ratio[exact] + (1 - rate) * by_chance
            households[kind].append(np.log2(np.maximum(mixed, LEAST)))
    rates = tuple(float(shared[place][0]) for place in rare_personal(fields))
    return Weights(
        tuple(person), tuple(map(tuple, households)), rates, float(odds[0]), tuple(map(float, odds[1:])), fields
    )
