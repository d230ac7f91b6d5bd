"""company_identities: one row per company record of a source, with the company that it is and why."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, present, rows

SUITE = Suite(
    table="company_identities",
    may_be_empty_if=("companies",),
    personal=("company_id", "source_id", "linked_company_id", "evidence"),
    expectations=(
        rows(),
        *key("company_id"),
        *present("source", "source_id", "is_current", "rule"),
        no_rows(
            "a live record is a company of today",
            "select 1 from {batch} where is_current and not exists "
            "(select 1 from marts.companies where companies.account_id = subselect.account_id)",
        ),
        no_rows(
            "every record names its own source",
            "select 1 from {batch} where company_id <> source || ':' || source_id",
        ),
    ),
)
