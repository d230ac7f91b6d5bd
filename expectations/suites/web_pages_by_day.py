"""web_pages_by_day: one row per day, source and page that was viewed on it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, past, present, rows

SUITE = Suite(
    table="web_pages_by_day",
    may_be_empty_because="events may tell of no page; the last check finds a page view that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("day", "source", "page_path"),
        *present("count_of_views", "count_of_visitors", "count_of_customers"),
        between("count_of_views", 1),
        between("count_of_visitors", 1),
        *past("day"),
        no_rows(
            "no more visitors than views, and no more customers either",
            "select 1 from {batch} where count_of_visitors > count_of_views or count_of_customers > count_of_views",
        ),
        no_rows(
            "the views of all days are those that have a page",
            "select 1 from (select coalesce(sum(count_of_views), 0) as views from {batch}) as told, "
            "(select count(*) as views from intermediate.int_web_events_assigned "
            "where event = 'page view' and page_path is not null) as whole where told.views <> whole.views",
        ),
    ),
)
