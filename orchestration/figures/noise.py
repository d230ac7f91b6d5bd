"""How far chance alone makes a figure stray, on the scale on which it is compared (expected.py).

    received, landed, deleted, rejected,
    new_rows                              one unit, as of any number of events that come one by one
    rows, distinct_values                 half a root of the number, or a hundredth of it
    null_share                            half of one over the root of the rows: what a sample of that size strays by
    mean                                  a standard deviation over the root of the values, or a hundredth of the mean
    hours_since_change                    five hours, or a fifth

A stream that brought one record on each day is not missed when it brings none, one that brought thirty is.
"""

from __future__ import annotations

import numpy as np

from crm360.orchestration.figures.expected import DAILY, Floats

RELATIVE = 0.01
ROOT = 0.5
HOURS, OF_HOURS = 5.0, 0.2


def noise(figure: str, now: Floats, rows: Floats, spread: Floats) -> Floats:
    """By figure: how far chance makes it stray. `rows` are the values it was made of, `spread` is their standard
    deviation; both are of today or of the history, whichever make it stray further."""
    size = np.abs(np.nan_to_num(now))
    if figure in DAILY:
        return np.ones_like(now)
    if figure == "null_share":
        return 0.5 / np.sqrt(np.maximum(np.nan_to_num(rows), 1.0))
    if figure == "mean":
        chance = np.nan_to_num(spread) / np.sqrt(np.maximum(np.nan_to_num(rows), 1.0))
        return np.maximum(chance, RELATIVE * size)
    if figure == "hours_since_change":
        return np.maximum(HOURS, OF_HOURS * size)
    return np.maximum(ROOT * np.sqrt(np.maximum(size, 1.0)), RELATIVE * size)
