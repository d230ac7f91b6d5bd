"""customer_id_aliases: one row per id that some customer once had and no customer has now."""

from __future__ import annotations

from crm360.expectations.suite import Suite, exists, key, no_rows, past, present, rows

SUITE = Suite(
    table="customer_id_aliases",
    may_be_empty_because="until customers merge, no id has gone; the last check finds one that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("alias_id"),
        *present("first_assigned_at", "last_assigned_at"),
        *past("first_assigned_at", "last_assigned_at"),
        exists("customer_id", "customers"),
        no_rows(
            "no alias is the id of a customer of today",
            "select 1 from {batch} join marts.customers on alias_id = customers.customer_id",
        ),
        no_rows(
            "every id that was ever given out is a customer's or an alias",
            "select 1 from ledger.customer_ids as given where not exists "
            "(select 1 from marts.customers where customers.customer_id = given.customer_id) "
            "and not exists (select 1 from {batch} where alias_id = given.customer_id)",
        ),
    ),
)
