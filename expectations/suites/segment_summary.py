"""segment_summary: one row per segment that is on, with how its customers behave."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="segment_summary",
    may_shrink=True,
    expectations=(
        rows(),
        *key("segment"),
        *present("dimension", "count_of_customers", "count_of_purchases", "count_of_orders", "currency", "as_of_date"),
        between("count_of_customers", 0),
        between("orders_per_month", 0),
        between("retention_rate", 0, 1),
        between("satisfaction_share", 0, 1),
        no_rows(
            "each segment's customers, orders and revenue are those of its members",
            "select 1 from (select * from {batch}) as told full join (select segment, count(*) as members, "
            "sum(count_of_orders) as orders, sum(net_revenue) as net from marts.customer_segments "
            "join marts.customer_360 using (customer_id) group by segment) as summed on told.segment = summed.segment "
            "where told.count_of_customers is distinct from coalesce(summed.members, 0) "
            "or told.count_of_orders is distinct from coalesce(summed.orders, 0) "
            "or coalesce(told.net_revenue, 0) is distinct from coalesce(summed.net, 0)",
        ),
        no_rows(
            "no segment that is on is missing",
            "select 1 from marts.segments as defined where is_on and not is_one_per_value "
            "and not exists (select 1 from (select * from {batch}) as told where told.segment = defined.segment)",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
    ),
)
