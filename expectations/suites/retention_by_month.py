"""retention_by_month: one row per month: who bought, came again, was won and churned."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="retention_by_month",
    may_be_empty_because="all buyers may be anonymous; the last check finds a month that is missing",
    expectations=(
        rows(),
        *key("month"),
        *present("count_of_customers", "count_of_active_at_start", "count_of_active_at_end", "currency", "as_of_date"),
        between("count_of_active_at_start", 0),
        between("retention_rate", 0, 1),
        between("churn_rate", 0),
        no_rows(
            "who was active and who came, less who churned, is who is active",
            "select 1 from {batch} where count_of_active_at_start + count_of_customers_won "
            "+ count_of_customers_won_back - count_of_customers_churned <> count_of_active_at_end",
        ),
        no_rows(
            "a month begins as the one before it ended",
            "select 1 from (select count_of_active_at_start as begins, count_of_customers_before as came, "
            "lag(count_of_active_at_end, 1, 0) over (order by month) as ended, "
            "lag(count_of_customers, 1, 0) over (order by month) as came_before from {batch}) as told "
            "where begins <> ended or came <> came_before",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
        no_rows(
            "the new customers of all months are the customers in customer_rfm",
            "select 1 from (select coalesce(sum(count_of_new_customers), 0) as told from {batch}) "
            "where told <> (select count(*) from marts.customer_rfm)",
        ),
    ),
)
