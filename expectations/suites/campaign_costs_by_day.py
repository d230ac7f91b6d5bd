"""campaign_costs_by_day: one row per campaign and day; every cost is there, once, at its day's rate."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, no_rows, one_row_each, past, present, rows

SUITE = Suite(
    table="campaign_costs_by_day",
    may_be_empty_because="nobody may tell what campaigns cost; every cost that is told is looked for",
    personal=("name",),
    expectations=(
        rows(),
        one_row_each("campaign_id", "day"),
        *present("campaign_id", "source", "brand", "told_by", "currency"),
        between("cost", 0),
        *(between(f"count_of_{what}", 0) for what in ("impressions", "ad_clicks", "results")),
        *past("day"),
        in_base_currency(),
        no_rows(
            "every cost that is told of a day is there",
            "select 1 from intermediate.int_campaign_costs_unioned as told, audit_facts "
            "where not told.is_deleted and told.cost is not null and told.spent_on <= as_of "
            "and told.campaign_id in (select campaign_id from intermediate.int_campaigns_unioned where not is_deleted) "
            "and not exists (select 1 from (select * from {batch}) as ours "
            "where ours.campaign_id = told.campaign_id "
            "and (ours.day = told.spent_on or told_by = 'campaign_costs.csv'))",
        ),
        no_rows(
            "what campaign_costs.csv says of a campaign is all that it costs",
            "select 1 from (select campaign_id, count(*) filter (where told_by = 'campaign_costs.csv') as by_hand, "
            "count(*) filter (where told_by <> 'campaign_costs.csv' and cost > 0) as by_others "
            "from {batch} group by 1) as told where by_hand > 0 and by_others > 0",
        ),
        no_rows(
            "a campaign's cost and figures are the same in campaign_performance",
            "select 1 from (select campaign_id, count(*) = count(cost) as is_known, sum(cost) as cost, "
            "sum(count_of_impressions) as shown from {batch} group by 1) as told "
            "full join marts.campaign_performance as there on told.campaign_id = there.campaign_id "
            "where there.campaign_id is not null "
            "and (there.cost is distinct from (case when is_known then told.cost end) "
            "or there.count_of_impressions is distinct from told.shown)",
        ),
    ),
)
