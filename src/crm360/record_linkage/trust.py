"""Whether what was learnt is to be believed: a model that calls a family one person is refused for the priors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crm360.record_linkage.weights import Ints, Pairs, Weights, chances, learn, rare_personal

# Pairs that the other fields call one person so surely show whether the weights of one field hold, if there are not too
# few: no more than twice what they say may differ, and this much beside.
STRONG, FEW, MARGIN = 0.99, 50.0, 0.05


def learn_or_refuse(levels: Ints, pairs: Pairs) -> Weights:
    """The weights that the data teach; if they do not hold, those of the priors, with the reasons in `refused`."""
    learnt = learn(levels, pairs)
    found = faults(learnt, levels, pairs)
    if not found:
        return learnt
    return replace(learn(levels, replace(pairs, counts=np.zeros_like(pairs.counts))), refused=found)


def faults(weights: Weights, levels: Ints, pairs: Pairs) -> tuple[str, ...]:
    """Why weights are not to be believed: a personal field in which 'differs' does not speak against one person, or in
    which pairs that all the other fields call one person differ much more often than the weights say."""
    found = []
    for place, field in enumerate(weights.fields):
        if not field.is_personal:
            continue
        if weights.person[place][0] >= 0:
            found.append(f"{field.name}: 'differs' speaks for one person")
            continue
        without = levels.copy()
        without[:, place] = -1
        rarity = pairs.personal.copy()
        if place in rare_personal(weights.fields):
            rarity[:, rare_personal(weights.fields).index(place)] = 0
        person, _ = chances(weights, without, replace(pairs, personal=rarity))
        strong = np.where(pairs.is_candidate & (levels[:, place] >= 0) & (person >= STRONG), pairs.counts, 0.0)
        differs = float(strong[levels[:, place] == 0].sum()) / max(float(strong.sum()), 1.0)
        stated = 2.0 ** weights.person[place][0] * field.strangers[0] / sum(field.strangers)
        if strong.sum() >= FEW and differs > 2 * stated + MARGIN:
            found.append(
                f"{field.name}: {differs:.0%} of the pairs that the other fields call one person differ, "
                f"and the weights say {stated:.0%}"
            )
    return tuple(found)
