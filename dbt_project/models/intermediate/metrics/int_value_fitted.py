"""One row per value model: its parameters, or the reason why there are none. The maths is customer_value/."""

from dataclasses import asdict

import numpy as np
import pyarrow as pa

from crm360.customer_value.fitting import Needs, fit_purchases, fit_spending

DAYS_A_WEEK = 7
COLUMNS = {
    "model": pa.string(), "reason": pa.string(), "count_of_customers": pa.int64(), "log_likelihood": pa.float64(),
    **dict.fromkeys(("r", "alpha", "a", "b", "p", "q", "v"), pa.float64()),
}  # fmt: skip


def model(dbt, session):
    dbt.config(materialized="table")
    customers = dbt.ref("int_customers_purchases")

    def counted(columns: str, where: str) -> list[np.ndarray]:
        """Distinct values of the columns, and the number of customers with each, as arrays of floats."""
        distinct = customers.filter(where).aggregate(f"{columns}, count(*) as counts", columns).order(columns)
        return [np.asarray(c, dtype=np.float64) for c in distinct.to_arrow_table().itercolumns()]

    x, last, age, counts = counted("count_of_repeats, days_to_last_purchase, days_observed", "true")
    purchases = fit_purchases(x, last / DAYS_A_WEEK, age / DAYS_A_WEEK, counts, Needs())
    x, mean, counts = counted(
        "count_of_repeats, average_repeat_revenue", "count_of_repeats > 0 and average_repeat_revenue > 0"
    )
    spending = fit_spending(x, mean, counts, Needs())
    rows = [
        {
            "model": name,
            "reason": fit.reason,
            "count_of_customers": fit.customers,
            "log_likelihood": fit.log_likelihood,
            **(asdict(fit.model) if fit.model else {}),
        }
        for name, fit in (("BG/NBD", purchases), ("Gamma-Gamma", spending))
    ]
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in COLUMNS.items()})
