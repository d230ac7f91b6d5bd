"""segments: one row per segment as it is defined."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="segments",
    may_shrink=True,
    expectations=(
        rows(),
        *key("segment"),
        *key("position"),
        *present("dimension", "is_on", "is_exclusive", "is_one_per_value", "rule", "rule_version"),
        between("position", 1),
        no_rows(
            "the name of a segment holds no comma, for customer_360 lists names with commas",
            "select 1 from {batch} where segment like '%,%'",
        ),
    ),
)
