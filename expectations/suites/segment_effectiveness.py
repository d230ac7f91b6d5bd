"""segment_effectiveness: one row per segment and year: sales, retention and satisfaction of its members."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="segment_effectiveness",
    may_be_empty_because="all buyers may be anonymous; the last check finds a year that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("year", "segment"),
        *present("dimension", "members_on", "count_of_customers", "currency", "as_of_date"),
        between("count_of_customers", 1),
        between("retention_rate", 0, 1),
        between("satisfaction_share", 0, 1),
        no_rows(
            "no segment has more buyers than customers, or retained more than there were",
            "select 1 from {batch} where count_of_buyers > count_of_customers "
            "or count_of_buyers_retained > least(count_of_buyers, count_of_buyers_year_before)",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
        no_rows(
            "no year is missing in which a known customer bought",
            "select 1 from marts.transactions as sales, audit_facts where is_sale and customer_id is not null "
            "and not exists (select 1 from (select * from {batch}) as told "
            "where told.year = extract(year from sales.purchased_at))",
        ),
    ),
)
