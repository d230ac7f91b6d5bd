"""BG/NBD: how many purchases a customer will make, and whether the customer is still one.

While alive a customer buys at a rate λ ~ Gamma(r, α); after each purchase the customer leaves for good with
probability p ~ Beta(a, b). Source of all formulas: Fader, Hardie, Lee, "Counting Your Customers" the Easy Way: An
Alternative to the Pareto/NBD Model, Marketing Science 24 (2005), 275-284. Equations are named by their numbers there.

A customer is (x, t_x, T): repeat purchases, time of the last one, time observed, both since the first purchase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln, hyp2f1

Floats = NDArray[np.float64]
# Where a is as good as 1, E[X(t)] is 0/0 as it is written; its two sides differ by less than this squared.
NEAR_ONE = 1e-4
MANY = 8192  # customers at a time, so that a million need little memory


@dataclass(frozen=True)
class BgNbd:
    """The four parameters, all above 0; `alpha` is in the unit of time of t_x and T."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: BgNbd, x: Floats, t_x: Floats, age: Floats, weights: Floats) -> tuple[float, Floats]:
    """The sum over customers of weight × ln L (eq. 6), and its gradient by r, α, a, b.

    ln L = A1 + A2 + ln(exp A3 + δ(x>0) exp A4), and everything stays a logarithm, so that x in the thousands is fine.
    """
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    again = x > 0
    before = np.maximum(b + x - 1, 1e-300)  # used where x > 0 only
    log_age, log_last = np.log(alpha + age), np.log(alpha + t_x)
    alive = -(r + x) * log_age
    left = np.where(again, np.log(a) - np.log(before) - (r + x) * log_last, -np.inf)
    either = np.logaddexp(alive, left)
    counts, which = np.unique(x, return_inverse=True)
    by_count = gammaln(r + counts) - gammaln(r) + betaln(a, b + counts) - betaln(a, b)
    # B(a+1, b+x-1) / B(a, b+x) = a / (b+x-1): the common factor B(a, b+x) / B(a, b) stands outside.
    total = float(np.sum(weights * (by_count[which] + r * np.log(alpha) + either)))
    is_left = np.where(again, np.exp(left - either), 0.0)
    is_alive = 1 - is_left
    d_r = (digamma(r + counts) - digamma(r))[which] + np.log(alpha) - is_alive * log_age - is_left * log_last
    d_alpha = r / alpha - (r + x) * (is_alive / (alpha + age) + is_left / (alpha + t_x))
    d_a = (digamma(a + b) - digamma(a + b + counts))[which] + is_left / a
    beta_part = digamma(a + b) + digamma(b + counts) - digamma(b) - digamma(a + b + counts)
    d_b = beta_part[which] - is_left / before
    gradient = np.array([np.sum(weights * d) for d in (d_r, d_alpha, d_a, d_b)])
    return total, gradient


def probability_alive(model: BgNbd, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """P(alive | x, t_x, T) = 1 / (1 + δ(x>0) a/(b+x-1) ((α+T)/(α+t_x))^(r+x)).

    Source: Fader, Hardie, Lee, "Computing P(alive) Using the BG/NBD Model" (2008).
    """
    before = np.maximum(model.b + x - 1, 1e-300)
    growth = (model.r + x) * (np.log(model.alpha + age) - np.log(model.alpha + t_x))
    log_odds = np.where(x > 0, np.log(model.a) - np.log(before) + growth, -np.inf)
    return np.asarray(np.exp(-np.logaddexp(0.0, log_odds)))


def expected_purchases(model: BgNbd, x: Floats, t_x: Floats, age: Floats, ahead: float) -> Floats:
    """E[Y(t) | x, t_x, T] (eq. 10): purchases expected in the next `ahead` units of time.

    Eq. 10 has (1-z)^(r+x) 2F1(r+x, b+x; a+b+x-1; z) with z = t/(α+T+t), of which the second factor overflows for a
    large x. By Euler's transformation it is (1-z)^(a-1) 2F1(a+b-1-r, a-1; a+b+x-1; z), in which nothing grows with x.
    """
    if abs(model.a - 1) < NEAR_ONE:
        sides = [BgNbd(model.r, model.alpha, 1 + s * 2 * NEAR_ONE, model.b) for s in (-1, 1)]
        both = [expected_purchases(side, x, t_x, age, ahead) for side in sides]
        return np.asarray((both[0] + both[1]) / 2)
    a, b, r = model.a, model.b, model.r
    z = ahead / (model.alpha + age + ahead)
    lost = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    if_alive = (a + b + x - 1) / (a - 1) * (1 - lost)
    return np.asarray(np.maximum(if_alive, 0.0) * probability_alive(model, x, t_x, age))


def purchase_chances(model: BgNbd, x: Floats, t_x: Floats, age: Floats, ahead: float, told: float) -> Floats:
    """P(Y(t) = y | x, t_x, T): one row for each y from 0 on, one column a customer, until each column comes to `told`.

    Given alive at T, λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+x) (eq. A2 on), so that the purchases to come are those of
    a new customer with these four parameters, whose distribution is eq. 8.
    """
    alive = probability_alive(model, x, t_x, age)
    r, alpha, a, b = model.r + x, model.alpha + age, model.a, model.b + x
    z = ahead / (alpha + ahead)
    log_z = np.log(z)
    log_nb = r * np.log1p(-z)  # the negative binomial's term, as a logarithm: for a large r it is below 1e-308
    below = np.zeros(len(x))  # the negative binomial's sum before this term
    ratio = np.ones(len(x))  # B(a, b+y) / B(a, b)
    rows = [1 - alive + alive * np.exp(log_nb)]
    total = rows[0].copy()
    while len(x) and total.min() < told - 1e-12:
        y = len(rows)
        below = below + np.exp(log_nb)
        log_nb = log_nb + np.log((r + y - 1) / y) + log_z
        leaves = ratio * a / (a + b + y - 1)
        ratio = ratio - leaves
        rows.append(alive * (ratio * np.exp(log_nb) + leaves * np.maximum(1 - below, 0.0)))
        total += rows[-1]
    return np.array(rows)


def purchase_quantiles(
    model: BgNbd, x: Floats, t_x: Floats, age: Floats, ahead: float, shares: tuple[float, ...]
) -> NDArray[np.int64]:
    """The smallest y with P(Y(t) ≤ y | x, t_x, T) ≥ share: one row a share, one column a customer."""
    found = np.zeros((len(shares), len(x)), dtype=np.int64)
    # Customers who expect alike need as many terms as each other.
    order = np.argsort(expected_purchases(model, x, t_x, age, ahead), kind="stable")
    for some in np.array_split(order, 1 + len(order) // MANY):
        totals = np.cumsum(purchase_chances(model, x[some], t_x[some], age[some], ahead, max(shares)), axis=0)
        for row, share in zip(found, shares, strict=True):
            row[some] = (totals < share - 1e-12).sum(axis=0)
    return found
