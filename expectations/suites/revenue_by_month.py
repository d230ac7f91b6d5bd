"""revenue_by_month: one row per calendar month in which an order was dated; its sums are those of the orders."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, present, rows

SUITE = Suite(
    table="revenue_by_month",
    may_be_empty_if=("orders",),
    expectations=(
        rows(),
        *key("month"),
        *present("currency", "gross_revenue", "net_revenue", "net_revenue_anonymous", "count_of_orders"),
        *present("count_of_customers", "count_of_orders_without_rate"),
        no_rows(
            "revenue is told in the base currency",
            "select 1 from {batch}, audit_facts where currency <> base_currency",
        ),
        no_rows(
            "a month begins on its first day, and none is in the future",
            "select 1 from {batch}, audit_facts where month <> date_trunc('month', month) or month > as_of + 1",
        ),
        no_rows(
            "each month's revenue and count are those of its orders",
            "select 1 from (select * from {batch}) as told full join ("
            "select date_trunc('month', ordered_at)::date as month, coalesce(sum(gross_revenue), 0) as gross, "
            "coalesce(sum(net_revenue), 0) as net, sum(net_revenue) filter (where customer_id is null) as anonymous, "
            "count(*) filter (where is_sale) as sales from marts.orders group by all) as summed "
            "on told.month = summed.month "
            "where told.gross_revenue is distinct from summed.gross or told.net_revenue is distinct from summed.net "
            "or told.net_revenue_anonymous is distinct from coalesce(summed.anonymous, 0) "
            "or told.count_of_orders is distinct from summed.sales",
        ),
        no_rows(
            "no month has more customers than orders",
            "select 1 from {batch} where count_of_customers > count_of_orders or count_of_customers < 0",
        ),
    ),
)
