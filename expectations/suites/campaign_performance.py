"""campaign_performance: one row per campaign that still exists; readers are counted once a campaign."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, key, live, no_rows, present, rows

COUNTS = ("sent", "delivered", "bounced", "opened", "clicked", "unsubscribed", "complained", "replied")
RATES = ("open_rate", "click_rate", "bounce_rate", "unsubscribe_rate")
# Campaigns that still exist, and of which every day's cost is known.
COSTED = """(select sum(cost) as cost from marts.campaign_costs_by_day where campaign_id in (
    select campaign_id from intermediate.int_campaigns_unioned where not is_deleted
) group by campaign_id having count(*) = count(cost))"""

SUITE = Suite(
    table="campaign_performance",
    may_be_empty_if=("campaigns",),
    personal=("source_id", "name", "subject"),
    expectations=(
        rows(),
        *key("campaign_id"),
        *present("source", "source_id", "currency", "count_of_attributed_orders", "count_of_attributed_purchases"),
        *present("count_of_sent", "count_of_delivered"),
        *(between(f"count_of_{count}", 0) for count in COUNTS),
        *(between(rate, 0, 1) for rate in RATES),
        between("cost", 0),
        *carried(live("campaigns"), "name", "subject", "sent_at"),
        *carried(COSTED, "cost"),
        *(between(f"count_of_{what}", 0) for what in ("impressions", "ad_clicks", "results")),
        no_rows(
            "of the messages sent, each was delivered or bounced, and no more were opened than sent",
            "select 1 from {batch} where count_of_delivered + coalesce(count_of_bounced, 0) <> count_of_sent "
            "or count_of_opened > count_of_sent or count_of_clicked > count_of_sent",
        ),
        no_rows(
            "a campaign that has been sent is not in the future",
            "select 1 from {batch}, audit_facts where count_of_sent > 0 and sent_at::date > as_of + 1",
        ),
        no_rows(
            "revenue is told in the base currency",
            "select 1 from {batch}, audit_facts where currency <> base_currency",
        ),
        no_rows(
            "all parts that campaigns have in purchases are those purchases",
            "select 1 from (select coalesce(sum(attributed_revenue), 0) as net from {batch}) as told, (select coalesce("
            "sum(net_revenue), 0) as net from marts.transactions where attributed_campaign_id is not null) as summed "
            "where told.net <> summed.net",
        ),
        no_rows(
            "the revenue that followed campaigns is that of the transactions that name them",
            "select 1 from (select * from {batch}) as told full join ("
            "select attributed_campaign_id as campaign_id, count(*) as sales, sum(net_revenue) as net "
            "from marts.transactions where attributed_campaign_id is not null group by all) as summed "
            "on told.campaign_id = summed.campaign_id "
            "where (coalesce(told.attributed_revenue, 0) <> coalesce(summed.net, 0) "
            "and not exists (select 1 from intermediate.int_purchases_attributed where share < 1)) "
            "or coalesce(told.count_of_attributed_purchases, 0) <> coalesce(summed.sales, 0)",
        ),
    ),
)
