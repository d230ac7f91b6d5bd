"""mrr_by_month: one row per month: what recurs at its end is what recurred before, and what came, less what went."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

MOVES = ("undated", "new", "reactivated", "added", "expansion", "contraction", "dropped", "churned")
SURE = tuple(move for move in MOVES if move not in ("expansion", "contraction"))

SUITE = Suite(
    table="mrr_by_month",
    may_be_empty_because="all subscriptions may be on trial; the last check finds a month that is missing",
    expectations=(
        rows(),
        *key("month"),
        *present("opening_mrr", "closing_mrr", "is_complete", *(f"{move}_mrr" for move in SURE)),
        *present("count_of_subscriptions", "count_of_subscribers", "currency", "as_of_date"),
        *(between(f"{move}_mrr", 0) for move in ("opening", *MOVES, "closing")),
        no_rows(
            "what recurred, and what came, less what went, is what recurs",
            "select 1 from {batch} where opening_mrr + undated_mrr + new_mrr + reactivated_mrr + added_mrr "
            "+ coalesce(expansion_mrr, 0) - coalesce(contraction_mrr, 0) - dropped_mrr - churned_mrr <> closing_mrr",
        ),
        no_rows(
            "a month begins as the one before it ended",
            "select 1 from (select opening_mrr as begins, lag(closing_mrr, 1, 0) over (order by month) as ended, "
            "count_of_subscribers as there, lag(count_of_subscribers, 1, 0) over (order by month) "
            "+ count_of_undated_subscribers + count_of_new_subscribers + count_of_reactivated_subscribers "
            "- count_of_churned_subscribers as reckoned "
            "from {batch}) as told where begins <> ended or there <> reckoned",
        ),
        no_rows(
            "how amounts changed before they were read is not told, and afterwards it is",
            "select 1 from {batch}, audit_facts where (expansion_mrr is null) <> (contraction_mrr is null) "
            "or (expansion_mrr is null) "
            "<> (least((month + interval 1 month - interval 1 day)::date, as_of) < amounts_known_since)",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
        no_rows(
            "what recurs on the day is the sum of what is active, and no month lacks",
            "select 1 from audit_facts left join {batch} as told on told.month = date_trunc('month', as_of) "
            "cross join (select coalesce(sum(monthly_revenue), 0) as revenue, "
            "count(*) as paying from marts.subscriptions "
            "where is_paying and coalesce(monthly_revenue, 1) > 0) as summed "
            "where coalesce(told.closing_mrr, 0) <> summed.revenue "
            "or coalesce(told.count_of_subscriptions, 0) <> summed.paying "
            "union all select 1 from {batch} having count(*) <> date_diff('month', min(month), max(month)) + 1",
        ),
    ),
)
