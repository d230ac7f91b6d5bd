"""Gamma-Gamma: what a customer's purchase is worth on average, given the few that were seen.

Purchases of a customer are Gamma(p, ν) with ν ~ Gamma(q, v), whatever their number: frequency and value of purchases
are taken as independent. Source of all formulas: Fader, Hardie, "The Gamma-Gamma Model of Monetary Value" (2013, note
25 on brucehardie.com), after Fader, Hardie, Lee, "RFM and CLV", Journal of Marketing Research 42 (2005), 415-430.
A customer is (x, m): the number of repeat purchases, above 0, and their mean value, above 0. Money is in any one unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GammaGamma:
    """The three parameters, all above 0; `v` (γ in the note) is in the unit of money."""

    p: float
    q: float
    v: float


def log_likelihood(model: GammaGamma, x: Floats, m: Floats, weights: Floats) -> tuple[float, Floats]:
    """The sum over customers of weight × ln f(m | p, q, v; x) (eq. 1a), and its gradient by p, q, v."""
    p, q, v = model.p, model.q, model.v
    counts, which = np.unique(x, return_inverse=True)
    by_count = gammaln(p * counts + q) - gammaln(p * counts) - gammaln(q)
    log_sum = np.log(v + m * x)
    log_mx = np.log(m) + np.log(x)
    each = by_count[which] + q * np.log(v) + p * x * log_mx - np.log(m) - (p * x + q) * log_sum
    whole, part = digamma(p * counts + q)[which], digamma(p * counts)[which]
    d_p = x * (whole - part + log_mx - log_sum)
    d_q = whole - digamma(q) + np.log(v) - log_sum
    d_v = q / v - (p * x + q) / (v + m * x)
    gradient = np.array([np.sum(weights * d) for d in (d_p, d_q, d_v)])
    return float(np.sum(weights * each)), gradient


def expected_spend(model: GammaGamma, x: Floats, m: Floats) -> Floats:
    """E(M | m, x) = p (v + m x) / (p x + q - 1) (eq. 5): the mean of all customers when x is 0. Needs q > 1."""
    return np.asarray(model.p * (model.v + m * x) / (model.p * x + model.q - 1))
