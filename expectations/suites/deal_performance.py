"""deal_performance: one row per month of closing, source, pipeline and owner; all deals won and lost are in it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, months, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="deal_performance",
    may_be_empty_because="a business may have closed no deal yet; all that are closed are looked for",
    personal=("owner_name",),
    expectations=(
        rows(),
        one_row_each("month", "source", "pipeline", "owner_id"),
        *present("month", "source", "pipeline", "count_of_won_deals", "count_of_lost_deals", "won_amount", "win_rate"),
        between("win_rate", 0, 1),
        between("average_cycle_days", 0),
        between("won_amount", 0),
        in_base_currency(),
        months(),
        no_rows(
            "every deal that is won or lost is here",
            "select 1 from (select coalesce(sum(count_of_won_deals), 0) as won, "
            "coalesce(sum(count_of_lost_deals), 0) as lost from {batch}) as told "
            "cross join (select count(*) filter (where outcome = 'won') as won, "
            "count(*) filter (where outcome = 'lost') as lost from marts.deals) as counted "
            "where told.won <> counted.won or told.lost <> counted.lost",
        ),
    ),
)
