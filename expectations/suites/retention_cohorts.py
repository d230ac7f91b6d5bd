"""retention_cohorts: one row per cohort and month since; all cohorts together are all buyers."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="retention_cohorts",
    may_be_empty_because="all buyers may be anonymous; the last check finds a cohort that is missing",
    expectations=(
        rows(),
        *key("cohort_month", "months_since"),
        *present("month", "count_of_cohort_customers", "count_of_customers", "retention_rate", "currency"),
        between("count_of_customers", 0),
        between("retention_rate", 0, 1),
        between("months_since", 0),
        no_rows(
            "in its first month a cohort is whole, and later never larger",
            "select 1 from {batch} where count_of_customers > count_of_cohort_customers "
            "or (months_since = 0 and count_of_customers <> count_of_cohort_customers)",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
        no_rows(
            "the cohorts together are the customers in customer_rfm",
            "select 1 from (select coalesce(sum(count_of_customers), 0) as told from {batch} where months_since = 0) "
            "where told <> (select count(*) from marts.customer_rfm)",
        ),
    ),
)
