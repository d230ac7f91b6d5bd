"""lead_conversion: one row per source of leads and direction; all customers are in it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="lead_conversion",
    may_be_empty_if=("contacts",),
    expectations=(
        rows(),
        *key("lead_source", "lead_direction"),
        *present("count_of_leads", "count_of_won", "conversion_rate", "net_revenue"),
        one_of("lead_direction", ("inbound", "outbound", "unknown")),
        between("conversion_rate", 0, 1),
        between("opportunity_rate", 0, 1),
        between("median_days_to_win", 0),
        in_base_currency(),
        no_rows(
            "every customer is a lead of one source",
            "select 1 from (select sum(count_of_leads) as leads from {batch}) as told "
            "cross join (select count(*) as customers from marts.customers) as counted "
            "where coalesce(leads, 0) <> customers",
        ),
        no_rows(
            "no more are won or have deals than there are leads",
            "select 1 from {batch} where greatest(count_of_won, count_of_opportunities) > count_of_leads",
        ),
    ),
)
