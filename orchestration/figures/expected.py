"""What a figure may be by what it was: a robust line through its history, its weekday, and how far it usually strays.

The line is Theil's and Sen's: the median of the slopes between all pairs of days, so a single day that was off bends
it little. Where at least four days of today's weekday are known, their median distance from the line is added. How far
a figure strays is the median distance from that (times 1.4826: a standard deviation, if the figures are normal), but
never less than a figure of its kind may: counts stray by their square root, a share by half a hundredth.

With n days of history a figure may stray `sensitivity` x (1 + 5 / n) such units: ten at five days, hardly more than
five after half a year. With fewer than five days nothing is expected.
Sources: Sen 1968, Estimates of the regression coefficient based on Kendall's tau; Rousseeuw and Croux 1993, on the MAD.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_DAYS = 5
LEAST_WEEKDAYS = 4
NORMAL = 1.4826
RELATIVE = 0.02  # of a count or a mean
SHARE = 0.005
# Of a count's square root: what comes in a day strays by it, what has been array_concat_agg by less.
ROOT = {"received": 1.0, "deleted": 1.0, "rejected": 1.0, "rows": 0.5, "distinct_values": 0.5}
AT_ONCE = 500  # figures whose pairs of days are compared together
Floats = NDArray[np.float64]


class Range(NamedTuple):
    """By figure: what is expected, and what it may be at least and at most. NaN where nothing is known."""

    expected: Floats
    low: Floats
    high: Floats
    days: NDArray[np.int64]


def ranges(days: NDArray[np.int64], values: Floats, today: int, figure: str, sensitivity: float) -> Range:
    """What each row of `values` (figures x days, NaN where unknown) may be on day `today` (a day's ordinal)."""
    parts = [_ranges(days, values[n : n + AT_ONCE], today, figure, sensitivity) for n in range(0, len(values), AT_ONCE)]
    if not parts:
        empty = np.zeros(0)
        return Range(empty, empty, empty, np.zeros(0, dtype=np.int64))
    return Range(*(np.concatenate(column) for column in zip(*parts, strict=True)))  # type: ignore[arg-type]


def _ranges(days: NDArray[np.int64], values: Floats, today: int, figure: str, sensitivity: float) -> Range:
    known = (~np.isnan(values)).sum(axis=1)
    enough = known >= LEAST_DAYS
    held = np.where(enough[:, None], values, 0.0)  # which keeps rows of nothing but NaN out of the medians
    since = (days - today).astype(float)
    first, second = np.triu_indices(len(days), k=1)
    if len(first):
        slope = np.nanmedian((held[:, second] - held[:, first]) / (since[second] - since[first]), axis=1)
    else:
        slope = np.zeros(len(held))
    level = np.nanmedian(held - slope[:, None] * since, axis=1)
    rest = held - slope[:, None] * since - level[:, None]
    effect = np.zeros(len(held))
    for weekday in range(7):
        same = days % 7 == weekday
        counted = (~np.isnan(values[:, same])).sum(axis=1) >= LEAST_WEEKDAYS
        if not counted.any():
            continue
        shift = np.where(counted, np.nanmedian(np.where(counted[:, None], rest[:, same], 0.0), axis=1), 0.0)
        rest[:, same] -= shift[:, None]
        effect = np.where(today % 7 == weekday, shift, effect)
    expected = level + effect
    stray = NORMAL * np.nanmedian(np.abs(rest), axis=1)
    if figure == "null_share":
        stray = np.maximum(stray, SHARE)
    else:
        stray = np.maximum(stray, RELATIVE * np.abs(expected))
        if figure in ROOT:
            stray = np.maximum(stray, ROOT[figure] * np.sqrt(np.maximum(np.abs(expected), 1.0)))
    reach = sensitivity * (1 + LEAST_DAYS / np.maximum(known, 1)) * stray
    low, high = expected - reach, expected + reach
    if figure != "mean":
        low, expected = np.maximum(low, 0.0), np.maximum(expected, 0.0)
    if figure == "null_share":
        high = np.minimum(high, 1.0)
    unknown = np.where(enough, 0.0, np.nan)
    return Range(expected + unknown, low + unknown, high + unknown, known)
