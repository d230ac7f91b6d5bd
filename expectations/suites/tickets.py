"""tickets: one row per ticket that still exists in its source."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, exists, key, live, no_rows, one_of, past, present, rows

SUITE = Suite(
    table="tickets",
    may_be_empty_if=("tickets",),
    personal=("ticket_id", "contact_id", "source_id", "subject", "agent_name"),
    expectations=(
        rows(),
        *key("ticket_id"),
        *present("source", "source_id", "status", "is_open", "created_at"),
        one_of("satisfaction", ("satisfied", "dissatisfied")),
        exists("customer_id", "customers"),
        *past("created_at", "solved_at"),
        *carried(live("tickets"), "contact_id", "subject", "channel", "first_reply_minutes", "solved_at"),
        *carried(live("tickets"), "satisfaction", "agent_id"),
        between("first_reply_minutes", 0),
        between("resolution_minutes", 0),
        between("count_of_reopens", 0, 1000),
        no_rows(
            "a ticket that was solved says how long it took",
            "select 1 from {batch} where (solved_at is null) <> (resolution_minutes is null)",
        ),
    ),
)
