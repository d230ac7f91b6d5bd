"""company_id_aliases: one row per id that some company once had and no company has now."""

from __future__ import annotations

from crm360.expectations.suite import Suite, exists, key, no_rows, past, present, rows

SUITE = Suite(
    table="company_id_aliases",
    may_be_empty_because="until companies merge, no id has gone; the last check finds one that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("alias_id"),
        *present("first_assigned_at", "last_assigned_at"),
        *past("first_assigned_at", "last_assigned_at"),
        exists("account_id", "companies"),
        no_rows(
            "no alias is the id of a company of today",
            "select 1 from {batch} join marts.companies on alias_id = companies.account_id",
        ),
        no_rows(
            "every id that was ever given out is a company's or an alias",
            "select 1 from ledger.account_ids as given where not exists "
            "(select 1 from marts.companies where companies.account_id = given.account_id) "
            "and not exists (select 1 from {batch} where alias_id = given.account_id)",
        ),
    ),
)
