"""customer_segments: one row per customer and segment that the customer is in."""

from __future__ import annotations

from expectations.suite import Suite, exists, key, no_rows, present, rows

SUITE = Suite(
    table="customer_segments",
    may_shrink=True,
    expectations=(
        rows(),
        *key("customer_id", "segment"),
        *present("rule", "value", "as_of_date"),
        exists("customer_id", "customers"),
        no_rows(
            "segments are those of the day that the models were built for",
            "select 1 from {batch}, audit_facts where as_of_date <> as_of",
        ),
    ),
)
