"""revenue_by_month: one row per calendar month with a purchase or refund; its sums are those of revenue_entries."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, present, rows

SUITE = Suite(
    table="revenue_by_month",
    may_be_empty_because="nobody may have bought yet; the checks find a month that is missing",
    expectations=(
        rows(),
        *key("month"),
        *present("currency", "count_of_purchases", "count_of_orders", "count_of_purchases_without_amount"),
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
            "each month's revenue and count are those of its entries",
            "select 1 from (select * from {batch}) as told full join ("
            "select date_trunc('month', booked_at)::date as month, sum(gross_revenue) as gross, "
            "sum(net_revenue) as net, sum(net_revenue) filter (where customer_id is null) as anonymous, "
            "count(*) filter (where is_sale) as sales from marts.revenue_entries group by all) as summed "
            "on told.month is not distinct from summed.month "
            "where told.gross_revenue is distinct from summed.gross or told.net_revenue is distinct from summed.net "
            "or coalesce(told.net_revenue_anonymous, 0) is distinct from coalesce(summed.anonymous, 0) "
            "or told.count_of_purchases is distinct from summed.sales",
        ),
        no_rows(
            "a month's revenue is that of its orders, deals and invoices",
            "select 1 from {batch} where coalesce(net_revenue, 0) <> coalesce(net_revenue_of_orders, 0) "
            "+ coalesce(net_revenue_of_deals, 0) + coalesce(net_revenue_of_invoices, 0)",
        ),
        no_rows(
            "no month has more customers than purchases",
            "select 1 from {batch} where count_of_customers > count_of_purchases or count_of_customers < 0",
        ),
    ),
)
