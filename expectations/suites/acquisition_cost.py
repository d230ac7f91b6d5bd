"""acquisition_cost: one row per month in which a campaign was sent or a customer won."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, key, months, no_rows, present, rows

SUITE = Suite(
    table="acquisition_cost",
    may_be_empty_because="nobody may have been won yet, and no campaign sent; who bought is looked for",
    expectations=(
        rows(),
        *key("month"),
        *present("count_of_new_customers", "count_of_campaigns", "count_of_campaigns_without_cost"),
        between("count_of_new_customers", 0),
        between("campaign_cost", 0),
        in_base_currency(),
        months(),
        no_rows(
            "every customer who bought is new in one month",
            "select 1 from (select coalesce(sum(count_of_new_customers), 0) as new from {batch}) as told cross join ("
            "select count(*) as won from marts.customer_rfm) as counted where told.new <> counted.won",
        ),
        no_rows(
            "a cost is there if any campaign states one, and is shared by the new customers",
            "select 1 from {batch} where (campaign_cost is null) "
            "<> (count_of_campaigns = count_of_campaigns_without_cost) "
            "or acquisition_cost is distinct from (campaign_cost / nullif(count_of_new_customers, 0))::decimal(18, 4)",
        ),
    ),
)
