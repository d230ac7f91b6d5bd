"""One row per purchase history that some customer has: what BG/NBD expects of it in the next 365 days.

Histories, not customers: customers with the same three numbers have the same future. No row without a fitted model.
"""

import numpy as np
import pyarrow as pa
from customer_value.purchases import BgNbd, expected_purchases, probability_alive, purchase_quantiles

DAYS_A_WEEK = 7
AHEAD = 365 / DAYS_A_WEEK
LOW, HIGH = 0.1, 0.9
HISTORY = "count_of_repeats, days_to_last_purchase, days_observed"


def model(dbt, session):
    dbt.config(materialized="table")
    fits = dbt.ref("int_value_fitted").filter("model = 'BG/NBD' and reason is null").to_arrow_table().to_pylist()
    histories = dbt.ref("int_customers_purchases").aggregate(HISTORY, HISTORY).order(HISTORY).to_arrow_table()
    if not fits:
        histories = histories.slice(0, 0)
    x, last, age = (np.asarray(c, dtype=np.float64) for c in histories.itercolumns())
    told = dict.fromkeys(("probability_alive", "expected_purchases"), np.zeros(0))
    low = high = np.zeros(0, dtype=np.int64)
    if fits:
        fitted = BgNbd(*(fits[0][name] for name in ("r", "alpha", "a", "b")))
        history = (x, last / DAYS_A_WEEK, age / DAYS_A_WEEK)
        told["probability_alive"] = probability_alive(fitted, *history)
        told["expected_purchases"] = expected_purchases(fitted, *history, AHEAD)
        low, high = purchase_quantiles(fitted, *history, AHEAD, (LOW, HIGH))
    for name, values in {**told, "expected_purchases_low": low, "expected_purchases_high": high}.items():
        histories = histories.append_column(name, pa.array(values))
    return histories
