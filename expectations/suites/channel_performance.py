"""channel_performance: one row per channel; the channels together are the campaigns."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="channel_performance",
    may_be_empty_because="no campaign may have been sent; the last check finds a channel that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        one_row_each("channel"),
        *present("count_of_campaigns", "count_of_sent", "count_of_delivered", "currency"),
        between("count_of_campaigns", 1),
        between("open_rate", 0, 1),
        between("click_rate", 0, 1),
        between("cost", 0),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
        no_rows(
            "messages, sales and revenue of all channels are those of the campaigns that were sent",
            "select 1 from (select coalesce(sum(count_of_sent), 0) as sent, "
            "coalesce(sum(attributed_revenue), 0) as net, coalesce(sum(count_of_campaigns), 0) as campaigns "
            "from {batch}) as told, (select coalesce(sum(count_of_sent), 0) as sent, "
            "coalesce(sum(attributed_revenue), 0) as net, count(*) as campaigns "
            "from marts.campaign_performance where sent_at is not null) as whole "
            "where told.sent <> whole.sent or told.net <> whole.net or told.campaigns <> whole.campaigns",
        ),
    ),
)
