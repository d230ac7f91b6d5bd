"""What a figure may be by what it was: a robust line through its history, its weekday, and how far it usually strays.

The line is Theil's and Sen's: the median of the slopes between all pairs of days, so a single day that was off bends
it little. Where at least four days of today's weekday are known, their median distance from the line is added. How far
a figure usually strays is its median distance from that, or the distance that nine days in ten keep, if that is more
(both as a standard deviation would say it of normal figures); never less than chance alone makes it stray (noise.py).

With n days of history a figure may stray `sensitivity` x (1 + 5 / n) such units, and half as far again as it did twice
before on that side: what happened twice is no news. With fewer than fourteen days, in which every weekday has been seen
twice, nothing is expected.

What comes in a day is compared by its root and a share by its arcsine, in which chance strays alike at every height.
Sources: Sen 1968, Estimates of the regression coefficient based on Kendall's tau; Rousseeuw and Croux 1993, on the MAD;
Anscombe 1948, The transformation of Poisson, binomial and negative-binomial data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_DAYS = 14
LEAST_WEEKDAYS = 4
FEWER = 5  # of n: how much further a figure may stray while few days are known
NORMAL, NORMAL_90 = 1.4826, 1 / 1.6449
HABIT = 1.5
COUNTED = ("received", "landed", "deleted", "rejected")  # in a day
NEW_ROWS = "new_rows"  # of a value, in a day
DAILY = (*COUNTED, NEW_ROWS)
SHARES = ("null_share",)
LEAST_SHARE = 0.02  # a share may always stray by two hundredths
ONLY_ABOVE = ("deleted", "rejected", "hours_since_change")
ONLY_BELOW = ("received",)  # more of it is told by what was new in it
SIGNED = ("mean",)
AT_ONCE = 250  # figures whose pairs of days are compared together
Floats = NDArray[np.float64]


class Range(NamedTuple):
    """By figure: what is expected, and what it may be at least and at most. NaN where nothing is known."""

    expected: Floats
    low: Floats
    high: Floats
    days: NDArray[np.int64]


def forward(figure: str, values: Floats) -> Floats:
    """The figure on the scale on which it is compared."""
    if figure in DAILY:
        return 2 * np.sqrt(np.maximum(values, 0.0) + 0.375)
    if figure in SHARES:
        return np.arcsin(np.sqrt(np.clip(values, 0.0, 1.0)))
    return values


def back(figure: str, values: Floats) -> Floats:
    """The figure as it is told."""
    if figure in DAILY:
        return np.maximum((np.maximum(values, 0.0) / 2) ** 2 - 0.375, 0.0)
    if figure in SHARES:
        return np.sin(np.clip(values, 0.0, np.pi / 2)) ** 2
    return values if figure in SIGNED else np.maximum(values, 0.0)


def ranges(
    days: NDArray[np.int64], values: Floats, today: int, figure: str, sensitivity: float, noise: Floats
) -> Range:
    """What each row of `values` (figures x days, NaN where unknown) may be on day `today` (a day's ordinal).

    `noise` is by figure how far chance alone makes it stray, on the scale on which it is compared.
    """
    told = forward(figure, values)
    steps = range(0, len(told), AT_ONCE)
    parts = [_ranges(days, told[n : n + AT_ONCE], today, sensitivity, noise[n : n + AT_ONCE]) for n in steps]
    if not parts:
        empty = np.zeros(0)
        return Range(empty, empty, empty, np.zeros(0, dtype=np.int64))
    middle, low, high, known = (np.concatenate(column) for column in zip(*parts, strict=True))
    expected, low, high = (back(figure, side) for side in (middle, low, high))
    if figure in SHARES:
        low, high = np.minimum(low, expected - LEAST_SHARE), np.maximum(high, expected + LEAST_SHARE)
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    if figure in ONLY_ABOVE:
        low = np.where(np.isnan(low), low, 0.0)
    if figure in ONLY_BELOW:
        high = np.where(np.isnan(high), high, np.inf)
    return Range(expected, low, high, known)


def _ranges(
    days: NDArray[np.int64], values: Floats, today: int, sensitivity: float, noise: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    known = (~np.isnan(values)).sum(axis=1)
    enough = known >= LEAST_DAYS
    unknown = np.where(enough, 0.0, np.nan)
    if not enough.any():
        return unknown, unknown, unknown, known
    held = np.where(enough[:, None], values, 0.0)  # which keeps rows of nothing but NaN out of the medians
    since = (days - today).astype(float)
    first, second = np.triu_indices(len(days), k=1)
    median = np.nanmedian if np.isnan(held).any() else np.median  # which is many times faster
    slope = median((held[:, second] - held[:, first]) / (since[second] - since[first]), axis=1)
    level = median(held - slope[:, None] * since, axis=1)
    rest = held - slope[:, None] * since - level[:, None]
    effect = np.zeros(len(held))
    for weekday in range(7):
        same = days % 7 == weekday
        counted = (~np.isnan(values[:, same])).sum(axis=1) >= LEAST_WEEKDAYS
        if not counted.any():
            continue
        shift = np.where(counted, median(np.where(counted[:, None], rest[:, same], 0.0), axis=1), 0.0)
        rest[:, same] -= shift[:, None]
        effect = np.where(today % 7 == weekday, shift, effect)
    expected = level + effect + unknown
    away = np.abs(rest)
    stray = np.maximum(NORMAL * median(away, axis=1), NORMAL_90 * np.nanquantile(away, 0.9, axis=1))
    reach = sensitivity * (1 + FEWER / np.maximum(known, 1)) * np.maximum(stray, noise)
    above, below = (HABIT * _second(side) for side in (rest, -rest))
    return expected, expected - np.maximum(reach, below), expected + np.maximum(reach, above), known


def _second(rest: Floats) -> Floats:
    """How far each figure went to this side on the day that went second furthest."""
    return np.maximum(np.sort(np.where(np.isnan(rest), -np.inf, rest), axis=1)[:, -2], 0.0)
