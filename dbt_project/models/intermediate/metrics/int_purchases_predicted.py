"""One row per purchase history that some customer has: what the fitted models expect of it in the next 365 days.

Histories, not customers: customers with the same four numbers have the same future. No row without BG/NBD; without
Gamma-Gamma the value's quantiles are null.
"""

import numpy as np
import pyarrow as pa

from crm360.customer_value.purchases import BgNbd, expected_purchases, probability_alive, purchase_quantiles
from crm360.customer_value.spending import GammaGamma
from crm360.customer_value.worth import value_quantiles

DAYS_A_WEEK = 7
AHEAD = 365 / DAYS_A_WEEK
SHARES = (0.1, 0.9)
HISTORY = "count_of_repeats, days_to_last_purchase, days_observed, count_of_valued_repeats"


def model(dbt, session):
    dbt.config(materialized="table")
    fits = {f["model"]: f for f in dbt.ref("int_value_fitted").filter("reason is null").to_arrow_table().to_pylist()}
    histories = dbt.ref("int_customers_purchases").aggregate(HISTORY, HISTORY).order(HISTORY).to_arrow_table()
    if "BG/NBD" not in fits:
        histories = histories.slice(0, 0)
    x, last, age, valued = (np.asarray(c, dtype=np.float64) for c in histories.itercolumns())
    history = (x, last / DAYS_A_WEEK, age / DAYS_A_WEEK)
    whole, part = np.zeros((2, 0), dtype=np.int64), np.full((2, len(x)), np.nan)
    alive = expected = np.zeros(0)
    if "BG/NBD" in fits:
        purchases = BgNbd(*(fits["BG/NBD"][name] for name in ("r", "alpha", "a", "b")))
        alive, expected = probability_alive(purchases, *history), expected_purchases(purchases, *history, AHEAD)
        whole = purchase_quantiles(purchases, *history, AHEAD, SHARES)
        if "Gamma-Gamma" in fits:
            spending = GammaGamma(*(fits["Gamma-Gamma"][name] for name in ("p", "q", "v")))
            part = value_quantiles(purchases, spending, *history, valued, AHEAD, SHARES)
    for name, values in {
        "probability_alive": alive,
        "expected_purchases": expected,
        "expected_purchases_low": whole[0],
        "expected_purchases_high": whole[1],
        "value_scale_low": part[0],
        "value_scale_high": part[1],
    }.items():
        histories = histories.append_column(name, pa.array(values, from_pandas=True))
    return histories
