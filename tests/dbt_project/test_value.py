"""BG/NBD and Gamma-Gamma: the published figures to the printed digits, the formulas against themselves, and unfit data."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from crm360.customer_value.fitting import Needs, fit_purchases, fit_spending
from crm360.customer_value.purchases import (
    BgNbd,
    expected_purchases,
    log_likelihood,
    probability_alive,
    purchase_chances,
    purchase_quantiles,
)
from crm360.customer_value.spending import GammaGamma, expected_spend
from crm360.customer_value.spending import log_likelihood as spending_log_likelihood
from crm360.customer_value.worth import value_quantiles

ROOT = Path(__file__).parents[2]
Floats = NDArray[np.float64]
CDNOW = Path(os.environ.get("CRM360_SHARED_DATA", ROOT / ".." / "shared" / "data")) / "value" / "cdnow_sample.txt"
END = date(1997, 9, 30)
PUBLISHED = BgNbd(0.243, 4.414, 0.793, 2.426)
SPENDING = GammaGamma(6.25, 3.74, 15.44)


class Cdnow:
    """The 1/10 sample of CDNOW, days merged: calibration to 30 September 1997, and the 39 weeks after it."""

    def __init__(self) -> None:
        if not CDNOW.exists():
            pytest.skip(f"{CDNOW} is not here: set CRM360_SHARED_DATA")
        days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
        for line in CDNOW.read_text().splitlines():
            _, customer, day, _, dollars = line.split()
            days[customer][date(int(day[:4]), int(day[4:6]), int(day[6:]))] += float(dollars)
        customers = [days[name] for name in sorted(days)]
        first = [min(c) for c in customers]
        repeats = [[d for d in c if f < d <= END] for c, f in zip(customers, first, strict=True)]
        self.x = np.array([len(r) for r in repeats], dtype=float)
        self.last = np.array([(max(r) - f).days / 7 if r else 0.0 for r, f in zip(repeats, first, strict=True)])
        self.age = np.array([(END - f).days / 7 for f in first])
        self.mean = np.array(
            [np.mean([c[d] for d in r]) if r else 0.0 for c, r in zip(customers, repeats, strict=True)]
        )
        self.after = np.array([sum(d > END for d in c) for c in customers])
        self.spent_after = np.array([sum(v for d, v in c.items() if d > END) for c in customers])
        self.ones = np.ones(len(customers))


@pytest.fixture(scope="module")
def cdnow() -> Cdnow:
    return Cdnow()


def test_cdnow_is_read_as_published(cdnow: Cdnow) -> None:
    assert (len(cdnow.x), cdnow.x.sum(), cdnow.after.sum()) == (2357, 2457, 1882)


def test_bg_nbd_gives_the_published_figures(cdnow: Cdnow) -> None:
    fit = fit_purchases(cdnow.x, cdnow.last, cdnow.age, cdnow.ones, Needs())
    assert fit.model is not None and fit.log_likelihood is not None
    assert (round(fit.model.r, 3), round(fit.model.alpha, 3)) == (0.243, 4.414)
    assert (round(fit.model.a, 3), round(fit.model.b, 3)) == (0.793, 2.426)
    assert round(fit.log_likelihood, 1) == -9582.4
    one = (np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert round(float(expected_purchases(fit.model, *one, 39.0)[0]), 3) == 1.226


def test_gamma_gamma_gives_the_published_figures(cdnow: Cdnow) -> None:
    again = cdnow.x > 0
    fit = fit_spending(cdnow.x[again], cdnow.mean[again], cdnow.ones[again], Needs())
    assert fit.model is not None and fit.log_likelihood is not None and fit.customers == 946
    assert (round(fit.model.p, 2), round(fit.model.q, 2), round(fit.model.v, 2)) == (6.25, 3.74, 15.44)
    assert round(fit.log_likelihood, 2) == -4055.92
    spend = expected_spend(fit.model, cdnow.x[:10], cdnow.mean[:10]).round(2).tolist()
    assert spend == [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]


def test_grouped_customers_give_the_same_fit_as_single_ones(cdnow: Cdnow) -> None:
    histories = np.stack([cdnow.x, cdnow.last, cdnow.age], axis=1)
    distinct, counts = np.unique(histories, axis=0, return_counts=True)
    single = fit_purchases(cdnow.x, cdnow.last, cdnow.age, cdnow.ones, Needs())
    grouped = fit_purchases(*distinct.T, counts.astype(float), Needs())
    assert single.model is not None and grouped.model is not None
    assert np.allclose(list(vars(single.model).values()), list(vars(grouped.model).values()), rtol=1e-4)
    assert single.log_likelihood == pytest.approx(grouped.log_likelihood, abs=1e-4)


def test_the_intervals_hold_what_came_after(cdnow: Cdnow) -> None:
    low, high = purchase_quantiles(PUBLISHED, cdnow.x, cdnow.last, cdnow.age, 39.0, (0.1, 0.9))
    held = (cdnow.after >= low) & (cdnow.after <= high)
    # Numbers are whole, so the ends hold more than 80 %; of the customers who came again it must hold as well.
    assert held.mean() > 0.88
    assert held[cdnow.x > 0].mean() > 0.78


def test_the_value_intervals_hold_what_was_spent_after(cdnow: Cdnow) -> None:
    valued = np.where(cdnow.mean > 0, cdnow.x, 0.0)
    low, high = value_quantiles(PUBLISHED, SPENDING, cdnow.x, cdnow.last, cdnow.age, valued, 39.0, (0.1, 0.9)) * (
        SPENDING.v + cdnow.mean * valued
    )
    held = (cdnow.spent_after >= low - 1e-9) & (cdnow.spent_after <= high + 1e-9)
    # Most spend nothing, and their interval begins there; where the lower end is above nothing both ends are at stake.
    assert held.mean() > 0.85
    assert held[cdnow.x > 0].mean() > 0.75
    assert held[low > 0].mean() > 0.75


@pytest.mark.parametrize(("x", "last", "mean"), [(0, 0.0, 0.0), (2, 30.43, 40.0), (9, 38.0, 12.5)])
def test_value_quantiles_are_those_of_drawn_futures(x: int, last: float, mean: float) -> None:
    history = (np.array([float(x)]), np.array([last]), np.array([38.86]))
    draws, n = np.random.default_rng(3), 200_000
    chances = purchase_chances(PUBLISHED, *history, 39.0, 1 - 1e-9)[:, 0]
    made = draws.choice(len(chances), n, p=chances / chances.sum())
    rate = draws.gamma(SPENDING.p * x + SPENDING.q, 1 / (SPENDING.v + mean * x), n)
    spent = np.where(made > 0, draws.gamma(SPENDING.p * np.maximum(made, 1)) / rate, 0.0)
    shares = (0.1, 0.5, 0.8, 0.9, 0.95)
    told = value_quantiles(PUBLISHED, SPENDING, *history, history[0], 39.0, shares)[:, 0] * (SPENDING.v + mean * x)
    for share, value in zip(shares, told, strict=True):
        assert (spent <= value).mean() == pytest.approx(max(share, chances[0]), abs=0.005)


@pytest.mark.parametrize("a", [0.3, 0.793, 1.0, 1.00001, 2.5])
@pytest.mark.parametrize(("x", "last"), [(0, 0.0), (1, 20.0), (2, 30.43), (30, 38.0)])
def test_the_expectation_is_that_of_the_distribution(a: float, x: int, last: float) -> None:
    model = BgNbd(0.243, 4.414, a, 2.426)
    history = (np.array([float(x)]), np.array([last]), np.array([38.86]))
    shares = tuple(np.linspace(0.0005, 0.9995, 1000))
    from_quantiles = purchase_quantiles(model, *history, 39.0, shares).mean()
    assert float(expected_purchases(model, *history, 39.0)[0]) == pytest.approx(from_quantiles, rel=0.02, abs=0.003)


def test_the_gradients_are_those_of_the_likelihoods() -> None:
    x, last, age = np.array([0.0, 1.0, 7.0]), np.array([0.0, 3.0, 20.0]), np.array([10.0, 30.0, 21.0])
    weights, m, step = np.array([2.0, 1.0, 3.0]), np.array([12.0, 30.0, 25.0]), 1e-6
    at = np.array([0.3, 4.0, 0.8, 2.0])
    _, gradient = log_likelihood(BgNbd(*at), x, last, age, weights)
    for i in range(4):
        up, down = at + step * np.eye(4)[i], at - step * np.eye(4)[i]
        slope = (
            log_likelihood(BgNbd(*up), x, last, age, weights)[0]
            - log_likelihood(BgNbd(*down), x, last, age, weights)[0]
        ) / (2 * step)
        assert gradient[i] == pytest.approx(slope, rel=1e-5)
    again, at = x > 0, np.array([6.0, 4.0, 15.0])
    values = (x[again], m[again], weights[again])
    _, gradient = spending_log_likelihood(GammaGamma(*at), *values)
    for i in range(3):
        up, down = at + step * np.eye(3)[i], at - step * np.eye(3)[i]
        slope = (
            spending_log_likelihood(GammaGamma(*up), *values)[0]
            - spending_log_likelihood(GammaGamma(*down), *values)[0]
        ) / (2 * step)
        assert gradient[i] == pytest.approx(slope, rel=1e-5)


def test_a_buyer_of_thousands_is_no_trouble() -> None:
    history = (np.array([5000.0, 5000.0]), np.array([100.99, 60.0]), np.array([101.0, 101.0]))
    alive = probability_alive(PUBLISHED, *history)
    assert alive[0] > 0.99 and alive[1] < 1e-6
    expected = expected_purchases(PUBLISHED, *history, 52.0)
    low, high = purchase_quantiles(PUBLISHED, *history, 52.0, (0.1, 0.9))
    assert np.isfinite(expected).all() and low[0] < expected[0] < high[0] and high[1] == 0
    total, gradient = log_likelihood(PUBLISHED, *history, np.ones(2))
    assert np.isfinite(total) and np.isfinite(gradient).all()


def small(customers: int, repeats: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    age = np.full(customers, 50.0)
    return repeats, np.where(repeats > 0, 25.0, 0.0), age, np.ones(customers)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (small(0, np.zeros(0)), "fewer than 100 customers"),
        (small(99, np.ones(99)), "fewer than 100 customers"),
        (small(200, np.r_[np.ones(29), np.zeros(171)]), "fewer than 30 customers have purchased on a second day"),
        # Everybody alike, once every two weeks and never gone: there is no mixed population to describe.
        ((np.full(500, 25.0), np.full(500, 50.0), np.full(500, 50.0), np.ones(500)), "no maximum inside"),
    ],
)
def test_unfit_purchases_have_a_reason_and_no_model(data: tuple[Floats, ...], reason: str) -> None:
    fit = fit_purchases(*data, Needs())
    assert fit.model is None and fit.reason is not None and reason in fit.reason


def test_unfit_spending_has_a_reason_and_no_model() -> None:
    draws = np.random.default_rng(5)
    x = draws.integers(1, 20, 1000).astype(float)
    tied = fit_spending(x, 10 * x * draws.gamma(9, 1 / 9, 1000), np.ones(1000), Needs())
    assert tied.model is None and "depends on their number" in str(tied.reason)
    few = fit_spending(x[:29], x[:29], np.ones(29), Needs())
    assert few.model is None and "fewer than 30" in str(few.reason)
    alike = fit_spending(x, np.full(1000, 10.0), np.ones(1000), Needs())
    assert alike.model is None and "no maximum inside" in str(alike.reason)


def test_the_parameters_of_many_customers_are_found_again() -> None:
    draws, n, true = np.random.default_rng(1), 250_000, BgNbd(0.5, 8.0, 0.8, 3.0)
    age = draws.integers(1, 730, n) / 7
    rate, leaves = draws.gamma(true.r, 1 / true.alpha, n), draws.beta(true.a, true.b, n)
    x, last, clock, here = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while len(here):
        clock[here] += draws.exponential(1 / rate[here])
        here = here[clock[here] < age[here]]
        x[here], last[here] = x[here] + 1, clock[here]
        here = here[draws.random(len(here)) > leaves[here]]
    histories = np.stack([x, np.round(last * 7) / 7, age], axis=1)
    distinct, counts = np.unique(histories, axis=0, return_counts=True)
    fit = fit_purchases(*distinct.T, counts.astype(float), Needs())
    assert fit.model is not None
    assert np.allclose(list(vars(fit.model).values()), list(vars(true).values()), rtol=0.05)
