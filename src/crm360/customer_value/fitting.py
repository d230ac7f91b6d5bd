"""Fits both models by maximum likelihood, or says in one sentence why the data do not bear it.

Customers come as distinct (x, t_x, T) or (x, m) with how many there are of each. The search is L-BFGS on the logarithms
of the parameters with exact gradients, from fixed starting points: the same data give the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from crm360.customer_value import purchases, spending
from crm360.customer_value.purchases import BgNbd
from crm360.customer_value.spending import GammaGamma

Floats = NDArray[np.float64]
Model = TypeVar("Model")
# Parameters that leave this range describe no mixed population: they run off to a limit of the model.
SMALLEST, LARGEST = 1e-3, 1e4


@dataclass(frozen=True)
class Needs:
    """What data must bring: customers, customers who came again, and how far off the fit may be (a share)."""

    customers: int = 100
    repeaters: int = 30
    largest_miss: float = 0.2
    largest_correlation: float = 0.3


@dataclass(frozen=True)
class Fit(Generic[Model]):
    """A model with its log-likelihood, or none and the reason. `customers` is how many it was fitted to."""

    model: Model | None
    log_likelihood: float | None
    customers: int
    reason: str | None = None


def fit_purchases(x: Floats, t_x: Floats, age: Floats, counts: Floats, needs: Needs) -> Fit[BgNbd]:
    """Fit BG/NBD. Unfit: too few customers or repeaters, no optimum inside, or repeat purchases far off those made."""
    customers, repeaters = int(counts.sum()), int(counts[x > 0].sum())
    if customers < needs.customers:
        return Fit(None, None, customers, f"fewer than {needs.customers} customers have purchased")
    if repeaters < needs.repeaters:
        return Fit(None, None, customers, f"fewer than {needs.repeaters} customers have purchased on a second day")
    scale = float(np.average(age, weights=counts))  # α in units of the mean age, so that all parameters are near 1

    def cost(p: Floats) -> tuple[float, Floats]:
        return purchases.log_likelihood(BgNbd(*p), x, t_x / scale, age / scale, counts)

    best, found = _maximum(cost, [[0.5, 0.3, 0.8, 2.0], [1.0, 1.0, 1.0, 5.0], [0.2, 0.1, 0.3, 1.0]], customers)
    if best is None or not _inside(best):
        return Fit(None, None, customers, "the likelihood of purchases has no maximum inside the model")
    model = BgNbd(float(best[0]), float(best[1]) * scale, float(best[2]), float(best[3]))
    # The likelihood of scaled times is larger by scale^x, as a density changes with its unit.
    likelihood = found - float(np.sum(counts * x)) * float(np.log(scale))
    expected = float(np.sum(counts * _since_first(model, age)))
    made = float(np.sum(counts * x))
    if abs(expected / made - 1) > needs.largest_miss:
        reason = f"the model gives {expected:.0f} repeat purchases where {made:.0f} were made"
        return Fit(None, likelihood, customers, reason)
    return Fit(model, likelihood, customers)


def _since_first(model: BgNbd, age: Floats) -> Floats:
    """E[X(T)] (eq. 9): what a new customer does in the time since the first purchase."""
    nothing = np.zeros_like(age)
    ages, which = np.unique(age, return_inverse=True)
    each = [float(purchases.expected_purchases(model, *(nothing[:1],) * 3, float(t))[0]) for t in ages]
    return np.asarray(each)[which]


def fit_spending(x: Floats, m: Floats, counts: Floats, needs: Needs) -> Fit[GammaGamma]:
    """Fit Gamma-Gamma to customers with x and m above 0. Unfit: too few, value tied to frequency, no mean (q ≤ 1)."""
    customers = int(counts.sum())
    if customers < needs.repeaters:
        return Fit(None, None, customers, f"fewer than {needs.repeaters} customers have a repeat purchase with a value")
    tied = _correlation(np.log(x), np.log(m), counts)
    if abs(tied) > needs.largest_correlation:
        return Fit(None, None, customers, f"the value of a purchase depends on their number (correlation {tied:.2f})")
    scale = float(np.average(m, weights=counts))

    def cost(p: Floats) -> tuple[float, Floats]:
        return spending.log_likelihood(GammaGamma(*p), x, m / scale, counts)

    best, found = _maximum(cost, [[4.0, 4.0, 0.7], [1.0, 2.0, 1.0], [10.0, 10.0, 1.0]], customers)
    if best is None or not _inside(best) or best[1] <= 1:
        return Fit(None, None, customers, "the likelihood of spending has no maximum inside the model")
    model = GammaGamma(float(best[0]), float(best[1]), float(best[2]) * scale)
    return Fit(model, found - customers * float(np.log(scale)), customers)


def _correlation(one: Floats, other: Floats, counts: Floats) -> float:
    one, other = one - np.average(one, weights=counts), other - np.average(other, weights=counts)
    spread = np.sqrt(np.sum(counts * one**2) * np.sum(counts * other**2))
    return float(np.sum(counts * one * other) / spread) if spread > 0 else 0.0


def _maximum(
    likelihood: Callable[[Floats], tuple[float, Floats]], starts: list[list[float]], customers: int
) -> tuple[Floats | None, float]:
    """The best parameters over the starts, and their log-likelihood; None if no search came to rest."""
    best: Floats | None = None
    highest = -np.inf

    def cost(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        return -value / customers, -gradient * parameters / customers

    bounds = (np.log(SMALLEST / 10), np.log(LARGEST * 10))
    for start in starts:
        done = minimize(
            cost, np.log(start), jac=True, method="L-BFGS-B", bounds=[bounds] * len(start),
            options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
        )  # fmt: skip
        if np.isfinite(done.fun) and -done.fun * customers > highest and np.abs(done.jac).max() < 1e-4:
            best, highest = np.exp(done.x), -float(done.fun) * customers
            break
    return best, highest


def _inside(parameters: Floats) -> bool:
    return bool(np.all((parameters > SMALLEST) & (parameters < LARGEST)))
