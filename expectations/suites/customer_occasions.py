"""customer_occasions: one row per customer and occasion of the 30 days ahead."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="customer_occasions",
    may_be_empty_because="there may be no birthday in a month; the last check finds one that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("customer_id", "occasion"),
        *present("occasion_date", "since_date", "days_to_occasion", "years", "as_of_date"),
        one_of("occasion", ("birthday", "anniversary of the first order")),
        exists("customer_id", "customers"),
        between("days_to_occasion", 0, 30),
        between("years", 1),
        no_rows(
            "an occasion lies as many days ahead as is said, from the day that the models were built for",
            "select 1 from {batch}, audit_facts "
            "where occasion_date <> as_of + days_to_occasion::int or as_of_date <> as_of",
        ),
        no_rows(
            "nobody whose birthday comes is missing",
            "select 1 from marts.customer_360 as customers where days_to_birthday <= 30 and not exists (select 1 from "
            "(select * from {batch}) as told where told.customer_id = customers.customer_id and occasion = 'birthday')",
        ),
    ),
)
