"""customers_by_region: one row per country, region and city; all places together are all customers."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="customers_by_region",
    may_shrink=True,
    personal=("region", "city"),
    expectations=(
        rows(),
        one_row_each("country", "region", "city"),
        *present("count_of_customers", "count_of_buyers", "currency", "as_of_date"),
        between("count_of_customers", 1),
        no_rows(
            "no place has more buyers than customers",
            "select 1 from {batch} where count_of_buyers > count_of_customers or count_of_buyers > count_of_purchases",
        ),
        no_rows(
            "customers and revenue of all places are those of customer_360",
            "select 1 from (select sum(count_of_customers) as customers, sum(net_revenue) as net from {batch}) "
            "as told, (select count(*) as customers, sum(net_revenue) as net from marts.customer_360) as whole "
            "where told.customers is distinct from whole.customers or told.net is distinct from whole.net",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
    ),
)
