"""companies: one row per company, whatever systems know it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, rows

SUITE = Suite(
    table="companies",
    may_be_empty_if=("companies",),
    personal=("street", "postal_code", "phone"),
    expectations=(
        rows(),
        *key("account_id"),
        exists("account_id", "company_identities"),
        between("count_of_records", 1),
        no_rows(
            "every customer who belongs to a company is counted there",
            "select 1 from (select sum(count_of_customers) as told from {batch}) as here, "
            "(select count(account_id) as belong from marts.customers) as people where told <> belong",
        ),
        no_rows(
            "every live record is in one company",
            "select 1 from (select sum(count_of_records) as told from {batch}) as here, "
            "(select count(*) filter (where is_current) as live from marts.company_identities) as k where told <> live",
        ),
    ),
)
