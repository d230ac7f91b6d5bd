"""web_sessions: one row per session of a visitor of the website; nothing personal stands in its pages."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, exists, key, no_rows, past, present, rows

SUITE = Suite(
    table="web_sessions",
    may_be_empty_if=("web_events",),
    may_shrink=True,  # a visitor who is known better has other sessions, and files of old events are taken away
    personal=("session_id", "visitor_id"),
    expectations=(
        rows(),
        *key("session_id"),
        *present(
            "visitor_id", "source", "started_at", "ended_at", "count_of_events", "count_of_pages", "has_left_cart"
        ),
        exists("customer_id", "customers"),
        between("count_of_events", 1),
        between("count_of_pages", 0),
        *past("started_at", "ended_at"),
        *carried("intermediate.int_web_events_assigned", "customer_id", "utm_source", "referrer_domain"),
        no_rows(
            "a session has its events and page views, and ends no earlier than it began",
            "select 1 from {batch} where ended_at < started_at or count_of_pages > count_of_events "
            "or (count_of_pages = 0 and entry_page is not null) or (entry_page is null) <> (exit_page is null)",
        ),
        no_rows(
            "every event whose visitor is named is in one session",
            "select 1 from (select coalesce(sum(count_of_events), 0) as events from {batch}) as told, "
            "(select count(*) as events from intermediate.int_web_events_assigned) as whole "
            "where told.events <> whole.events",
        ),
        no_rows(
            "two sessions of a visitor do not overlap, and 30 minutes of silence or another customer lie between them",
            "select 1 from (select customer_id, started_at, lag(ended_at) over whose as ended_before, "
            "lag(customer_id) over whose as customer_before from {batch} "
            "window whose as (partition by visitor_id order by started_at, ended_at)) as following "
            "where started_at < ended_before or (started_at <= ended_before + interval 30 minute "
            "and customer_id is not distinct from customer_before)",
        ),
        no_rows(
            "a cart is left where there was one, and no order was made",
            "select 1 from {batch} where has_left_cart <> (has_cart and not has_ordered) "
            "or (has_started_checkout and not has_cart)",
        ),
        no_rows(
            "no page is told with what stood behind its path",
            "select 1 from {batch} where entry_page like '%?%' or exit_page like '%?%' or exit_page like '%#%'",
        ),
    ),
)
