"""send_times: one row per channel, weekday and hour in which a campaign was sent."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="send_times",
    may_be_empty_because="no campaign may have been sent; the last check finds an hour that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        one_row_each("channel", "weekday", "hour"),
        *present("weekday", "hour", "time_zone", "count_of_campaigns", "count_of_delivered", "position", "currency"),
        between("weekday", 1, 7),
        between("hour", 0, 23),
        between("open_rate", 0, 1),
        between("click_rate", 0, 1),
        no_rows(
            "the low end of a rate is not above it",
            "select 1 from {batch} "
            "where open_rate_low > open_rate or click_rate_low > click_rate or click_rate_low < 0",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
        no_rows(
            "the campaigns and messages of all hours are those that were sent",
            "select 1 from (select coalesce(sum(count_of_campaigns), 0) as campaigns, "
            "coalesce(sum(count_of_delivered), 0) as delivered from {batch}) as told, "
            "(select count(*) as campaigns, coalesce(sum(count_of_delivered), 0) as delivered "
            "from marts.campaign_performance where sent_at <> date_trunc('day', sent_at)) as whole "
            "where told.campaigns <> whole.campaigns or told.delivered <> whole.delivered",
        ),
    ),
)
