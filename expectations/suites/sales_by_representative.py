"""sales_by_representative: one row per month and representative, of purchases and of deals closed."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, months, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="sales_by_representative",
    may_be_empty_because="nothing may have been sold yet; all orders and closed deals are looked for",
    personal=("representative",),
    expectations=(
        rows(),
        one_row_each("month", "representative"),
        *present("month", "count_of_orders", "count_of_won_deals", "count_of_lost_deals", "won_amount"),
        between("count_of_orders", 0),
        between("win_rate", 0, 1),
        between("won_amount", 0),
        in_base_currency(),
        months(),
        no_rows(
            "the revenue of all representatives is that of all transactions",
            "select 1 from (select coalesce(sum(net_revenue), 0) as net, sum(count_of_orders) as sales from {batch}) "
            "as told cross join (select coalesce(sum(net_revenue), 0) as net, "
            "count(*) filter (where is_sale and told_by like '% order%') as sales from marts.transactions) as summed "
            "where told.net <> summed.net or coalesce(told.sales, 0) <> summed.sales",
        ),
        no_rows(
            "the deals closed by all representatives are all deals closed",
            "select 1 from (select coalesce(sum(won_amount), 0) as won, "
            "coalesce(sum(count_of_won_deals + count_of_lost_deals), 0) as closed from {batch}) as told cross join ("
            "select coalesce(sum(value_amount) filter (where outcome = 'won'), 0) as won, "
            "count(*) filter (where outcome <> 'open') as closed from marts.deals) as counted "
            "where told.won <> counted.won or told.closed <> counted.closed",
        ),
    ),
)
