"""customer_segments: one row per customer and segment that the customer is in."""

from __future__ import annotations

from crm360.expectations.suite import Suite, exists, key, no_rows, present, rows

SUITE = Suite(
    table="customer_segments",
    may_shrink=True,
    personal=("value",),
    expectations=(
        rows(),
        *key("customer_id", "segment"),
        *present("rule", "value", "as_of_date", "dimension", "rule_version"),
        exists("customer_id", "customers"),
        exists("definition", "segments", "segment"),
        no_rows(
            "a customer is in one segment of an exclusive dimension at most",
            "select 1 from {batch} where dimension in (select dimension from marts.segments where is_exclusive) "
            "group by customer_id, dimension having count(*) > 1",
        ),
        no_rows(
            "nobody is in a segment that is switched off",
            "select 1 from {batch} where definition in (select segment from marts.segments where not is_on)",
        ),
        no_rows(
            "segments are those of the day that the models were built for",
            "select 1 from {batch}, audit_facts where as_of_date <> as_of",
        ),
    ),
)
