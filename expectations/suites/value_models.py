"""value_models: one row per value model, with its parameters or the reason why there are none."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="value_models",
    expectations=(
        rows(),
        *key("model"),
        *present("is_fitted", "count_of_customers", "as_of_date"),
        one_of("model", ("BG/NBD", "Gamma-Gamma")),
        between("count_of_customers", 0),
        no_rows(
            "both models are told of",
            "select 1 from (select count(distinct model) as told from {batch}) as c where told <> 2",
        ),
        no_rows(
            "a model has its parameters, all above 0, or a reason",
            "select 1 from {batch} where case "
            "when not is_fitted then reason is null or r is not null or p is not null when model = 'BG/NBD' "
            "then not coalesce(reason is null and r > 0 and alpha > 0 and a > 0 and b > 0, false) "
            "else not coalesce(reason is null and p > 0 and q > 1 and v > 0, false) end",
        ),
        no_rows(
            "it was fitted for the day that the models were built for",
            "select 1 from {batch}, audit_facts where as_of_date <> as_of",
        ),
    ),
)
