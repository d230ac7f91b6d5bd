"""lead_cohorts: one row per month of leads, source and direction; together they are lead_conversion."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, no_rows, one_of, one_row_each, present, rows

SUITE = Suite(
    table="lead_cohorts",
    may_be_empty_because="nobody may ever have been a lead; the last check finds a cohort that is missing",
    expectations=(
        rows(),
        one_row_each("cohort_month", "lead_source", "lead_direction"),
        *present("cohort_month", "count_of_leads", "count_of_won", "conversion_rate", "is_complete", "as_of_date"),
        one_of("lead_direction", ("inbound", "outbound")),
        between("conversion_rate", 0, 1),
        in_base_currency(),
        no_rows(
            "who was won in 30 days was won in 90, and who was won in 90 was won",
            "select 1 from {batch} where count_of_won_in_30_days > count_of_won_in_90_days "
            "or count_of_won_in_90_days > count_of_won or count_of_won > count_of_leads",
        ),
        no_rows(
            "the cohorts are the leads of lead_conversion",
            "select 1 from (select coalesce(sum(count_of_leads), 0) as leads, coalesce(sum(count_of_won), 0) as won "
            "from {batch}) as told cross join (select coalesce(sum(count_of_leads), 0) as leads, "
            "coalesce(sum(count_of_won), 0) as won from marts.lead_conversion) as whole "
            "where told.leads <> whole.leads or told.won <> whole.won",
        ),
    ),
)
