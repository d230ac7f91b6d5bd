"""The figures on the page, each read by one query out of the published database. No value of one person is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

QUERIES = {
    "customers": "select count(*) as customers from customers",
    "identities": "select count(*) as records from customer_identities where is_current",
    "revenue": """
        select
            any_value(base_currency) as currency,
            sum(net_revenue) filter (where day > $as_of::date - 365) as year,
            sum(net_revenue) filter (where day <= $as_of::date - 365 and day > $as_of::date - 730) as year_before,
            count(*) filter (where is_sale and day > $as_of::date - 365) as orders,
            count(*) filter (where net_revenue is null and day > $as_of::date - 365) as unmeasured,
            min(day) <= $as_of::date - 730 + 7 as has_year_before
        from (select *, purchased_at::date as day from transactions) where day <= $as_of::date""",
    "months": """
        with months as (
            select
                unnest(generate_series(
                    greatest(min(month), date_trunc('month', $as_of::date - interval 23 month)),
                    greatest(max(month), date_trunc('month', $as_of::date)), interval 1 month))::date as month,
                any_value(currency) as base_currency
            from revenue_by_month having count(*) > 0)
        select
            month, coalesce(currency, base_currency) as currency, coalesce(net_revenue, 0)::double as net_revenue,
            month + interval 1 month <= $as_of::date as is_over
        from months left join revenue_by_month using (month) order by month""",
    "segments": """
        select segment, count(distinct customer_id) as customers
        from customer_segments where dimension = 'customer type'
        group by segment order by customers desc, segment limit 12""",
    "funnel": """
        select
            count(*) as campaigns, sum(count_of_sent)::bigint as sent, sum(count_of_delivered)::bigint as delivered,
            sum(count_of_opened)::bigint as opened, sum(count_of_clicked)::bigint as clicked,
            sum(count_of_attributed_orders)::bigint as orders
        from campaign_performance""",
    "campaigns": """
        select name, sent_at, count_of_sent, open_rate::double as open_rate, click_rate::double as click_rate,
            attributed_revenue::double as revenue, currency
        from campaign_performance where count_of_sent > 0
        order by attributed_revenue desc, sent_at desc, campaign_id limit 8""",
    "tickets": """
        with months as (
            select unnest(generate_series(
                date_trunc('month', greatest(min(created_at), $as_of::date - interval 23 month)),
                date_trunc('month', greatest(max(created_at), $as_of::date)), interval 1 month))::date as month
            from tickets having count(*) > 0)
        select
            month, median(first_reply_minutes) / 60 as first_reply, median(resolution_minutes) / 60 as resolution,
            month + interval 1 month <= $as_of::date as is_over
        from months left join tickets on date_trunc('month', created_at)::date = month
        group by month order by month""",
    "service": """
        select
            count(*) filter (where is_open) as open,
            (count(*) filter (where satisfaction = 'satisfied'))
                / nullif(count(*) filter (where satisfaction is not null), 0) as satisfied
        from tickets""",
    "cohorts": """
        select cohort_month, months_since, count_of_cohort_customers, retention_rate::double as retention_rate
        from retention_cohorts where is_complete order by cohort_month, months_since""",
    "regions": """
        select country, region, city, count_of_customers, count_of_buyers, net_revenue::double as net_revenue,
            net_revenue_per_customer::double as each, currency
        from customers_by_region where count_of_customers >= 5 and country is not null and city is not null
        order by net_revenue desc, country, region, city limit 12""",
    "doubtful": "select count(*) as pairs from review_queue",
    "doubtful_companies": "select count(*) as pairs from company_review_queue",
    "anomalies": """
        select subject, figure, count(*) over () as count_of_all,
            case when figure_value > expected_value then 'above' else 'below' end as side,
            case when figure in ('rows', 'received', 'landed', 'deleted', 'rejected', 'hours_since_change')
                then figure_value end as told, expected_value, days_compared
        from anomalies where run_id = (select max_by(run_id, measured_at) from run_history)
        order by scope desc, subject, figure limit 20""",
    "held_back": """
        select rule || coalesce(': ' || field, '') as rule, count(*) as records,
            count(distinct source || '/' || stream) as streams, max(last_seen_at) as last_seen_at
        from rejections where resolved_at is null group by 1 order by records desc, rule limit 20""",
}
# The tables that a query needs; where one is not published, the figure is empty.
TABLES = {
    "customers": "customers",
    "identities": "customer_identities",
    "revenue": "transactions",
    "months": "revenue_by_month",
    "segments": "customer_segments",
    "funnel": "campaign_performance",
    "campaigns": "campaign_performance",
    "tickets": "tickets",
    "service": "tickets",
    "cohorts": "retention_cohorts",
    "regions": "customers_by_region",
    "doubtful": "review_queue",
    "doubtful_companies": "company_review_queue",
    "anomalies": "run_history",
    "held_back": "rejections",
}


@dataclass(frozen=True)
class Figures:
    """The rows of each query, by the query's name."""

    rows: dict[str, list[Row]]

    def all(self, name: str) -> list[Row]:
        """Return every row of a query."""
        return self.rows[name]

    def one(self, name: str) -> Row:
        """Return the only row of a query, or an empty one."""
        return self.rows[name][0] if self.rows[name] else {}


def read(published_duckdb: Path, as_of: date) -> Figures:
    """Read all figures, read-only. Raises duckdb.Error when the file or a column is not as it should be."""
    con = duckdb.connect(str(published_duckdb), read_only=True, config={"autoload_known_extensions": "false"})
    try:
        there = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        return Figures({name: _rows(con, sql, as_of) if TABLES[name] in there else [] for name, sql in QUERIES.items()})
    finally:
        con.close()


def _rows(con: duckdb.DuckDBPyConnection, sql: str, as_of: date) -> list[Row]:
    result = con.execute(sql, {"as_of": as_of} if "$as_of" in sql else None)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
