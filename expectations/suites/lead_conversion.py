"""lead_conversion: one row per source of leads and direction; whoever was a lead is in it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, no_rows, one_of, one_row_each, present, rows

SUITE = Suite(
    table="lead_conversion",
    may_be_empty_because="nobody may ever have been a lead; who says how the lead came is looked for",
    expectations=(
        rows(),
        one_row_each("lead_source", "lead_direction"),
        *present("count_of_leads", "count_of_won", "conversion_rate"),
        one_of("lead_direction", ("inbound", "outbound")),
        between("conversion_rate", 0, 1),
        between("opportunity_rate", 0, 1),
        between("median_days_to_win", 0),
        in_base_currency(),
        no_rows(
            "everybody whose source says how the lead came is a lead, and no lead is told twice",
            "select 1 from (select coalesce(sum(count_of_leads), 0) as leads from {batch}) as told "
            "cross join (select count(*) filter (where lead_source is not null) as known, count(*) as customers "
            "from marts.customers) as counted where leads not between known and customers",
        ),
        no_rows(
            "no more are won or have deals than there are leads",
            "select 1 from {batch} where greatest(count_of_won, count_of_opportunities, count_of_touched, "
            "count_of_rejected) > count_of_leads "
            "or count_of_rejected_won_later > least(count_of_rejected, count_of_won)",
        ),
    ),
)
