"""tickets: one row per ticket that still exists in its source."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, exists, key, live, no_rows, one_of, past, present, rows

SUITE = Suite(
    table="tickets",
    may_be_empty_if=("tickets",),
    personal=("ticket_id", "contact_id", "company_id", "source_id", "subject", "agent_name"),
    expectations=(
        rows(),
        *key("ticket_id"),
        *present("source", "source_id", "is_open", "is_solved_before_reply", "created_at"),
        between("polarity", -1, 1),
        one_of("sentiment", ("positive", "neutral", "negative")),
        one_of("satisfaction", ("satisfied", "dissatisfied", "other")),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *past("created_at", "solved_at"),
        *carried(live("tickets"), "contact_id", "subject", "channel", "first_reply_minutes", "solved_at"),
        *carried(live("tickets"), "satisfaction", "agent_id", "status"),
        between("first_reply_minutes", 0),
        between("resolution_minutes", 0),
        between("count_of_reopens", 0, 1000),
        no_rows(
            "a ticket is open or solved, and a solved one says how long it took",
            "select 1 from {batch} where (solved_at is null or is_solved_before_reply) <> (resolution_minutes is null) "
            "or (is_open and solved_at is not null)",
        ),
    ),
)
