"""What the purchases to come are worth in all: the quantiles of a sum of unknown length, of which each part is unknown.

A customer makes Y purchases (BG/NBD) of Gamma(p, ν) each, ν ~ Gamma(p x + q, v + m x) after x seen ones of mean m
(Gamma-Gamma). Y of them sum to Gamma(p Y, ν), and over ν their sum S, in units of v + m x, is a ratio of two gammas:
P(S ≤ u (v + m x) | Y = y) = I(u / (1 + u); p y, p x + q), the regularised incomplete beta function. The unit takes all
that m tells, and one table serves all customers with the same x. The parameters of both models are taken as known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, expit, logit

from crm360.customer_value.purchases import BgNbd, expected_purchases, purchase_chances
from crm360.customer_value.spending import GammaGamma

Floats = NDArray[np.float64]
TOLD = 1 - 1e-7  # the share of outcomes that is told apart; the rest is many purchases, far beyond any share
POINTS = 128  # of the table's scale: with a cubic between them the quantiles are right to three digits
STEPS = 24  # of halving: the place between two points to seven digits
MANY = 8192  # customers at a time, so that a million need little memory


def value_quantiles(
    purchases: BgNbd,
    spending: GammaGamma,
    x: Floats,
    t_x: Floats,
    age: Floats,
    valued: Floats,
    ahead: float,
    shares: tuple[float, ...],
) -> Floats:
    """The values, in units of v + m × valued, that the purchases of the next `ahead` do not exceed with each share.

    `valued` is x, or 0 where nothing is known of a customer's spending. One row a share, one column a customer.
    """
    found = np.zeros((len(shares), len(x)))
    for known in np.unique(valued):
        alike = np.flatnonzero(valued == known)
        expected = expected_purchases(purchases, x[alike], t_x[alike], age[alike], ahead)
        alike = alike[np.argsort(expected, kind="stable")]
        for start in range(0, len(alike), MANY):
            some = alike[start : start + MANY]
            chances = purchase_chances(purchases, x[some], t_x[some], age[some], ahead, TOLD)
            found[:, some] = _quantiles(chances, spending, float(known), shares)
    return found


def _quantiles(chances: Floats, spending: GammaGamma, known: float, shares: tuple[float, ...]) -> Floats:
    """The quantiles of one group, from its chances of y = 0, 1, … purchases (one row a y)."""
    made = np.arange(1, len(chances))
    found = np.zeros((len(shares), chances.shape[1]))
    if not len(made):
        return found
    rest = spending.p * known + spending.q
    ends = betaincinv(spending.p * made[[0, -1]], rest, [1e-6, 1 - 1e-6])
    low, high = logit(np.clip(ends, 1e-12, 1 - 1e-12))
    scale = np.linspace(float(low), float(high), POINTS)  # ln u
    below = betainc(spending.p * made[:, None], rest, expit(scale))
    total = chances[0][:, None] + chances[1:].T @ below
    for row, share in zip(found, shares, strict=True):
        some = chances[0] < share
        row[some] = np.exp(_crossings(scale, total[some], share))
    return found


def _crossings(scale: Floats, total: Floats, share: float) -> Floats:
    """Where each row of `total`, which rises along the even `scale`, passes `share`, by a cubic through four points."""
    at = np.clip((total < share).sum(axis=1), 2, len(scale) - 2)
    before, left, right, after = (np.take_along_axis(total, (at + d)[:, None], 1)[:, 0] for d in (-2, -1, 0, 1))
    low, high = np.zeros(len(at)), np.ones(len(at))
    for _ in range(STEPS):
        f = (low + high) / 2  # the part of the way from left to right
        reached = (
            -before * f * (f - 1) * (f - 2) / 6
            + left * (f + 1) * (f - 1) * (f - 2) / 2
            - right * (f + 1) * f * (f - 2) / 2
            + after * (f + 1) * f * (f - 1) / 6
        )
        low, high = np.where(reached < share, f, low), np.where(reached < share, high, f)
    return np.asarray(scale[at - 1] + (low + high) / 2 * (scale[at] - scale[at - 1]))
