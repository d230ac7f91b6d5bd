"""anomalies: one row per run and figure that was far off what it was."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="anomalies",
    may_be_empty_because="figures may be as they were in every run",
    may_shrink=True,
    expectations=(
        rows(),
        *key("run_id", "subject", "figure"),
        *present("measured_at", "as_of", "scope", "figure_value", "expected_value", "lowest_value"),
        one_of("scope", ["stream", "table", "column", "value"]),
        one_of(
            "figure",
            [
                *("rows", "received", "landed", "deleted", "rejected", "hours_since_change"),
                *("null_share", "distinct_values", "mean", "new_rows"),
            ],
        ),
        one_of("treatment", ["warn", "hold"]),
        between("days_compared", 14),
        no_rows(
            "what was found in this run is here",
            "select 1 from crm360.run_anomalies as found where not exists "
            "(select 1 from (select * from {batch}) as here "
            "where here.run_id = found.run_id and here.subject = found.subject and here.figure = found.figure)",
        ),
        no_rows(
            "what is told lies outside of what was expected",
            "select 1 from {batch} where figure_value between lowest_value and coalesce(highest_value, figure_value) "
            "or expected_value not between lowest_value and coalesce(highest_value, expected_value)",
        ),
    ),
)
