"""ticket_backlog: one row per age, team and agent of the open tickets; all of them are in it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, no_rows, one_of, one_row_each, past, present, rows

SUITE = Suite(
    table="ticket_backlog",
    may_be_empty_because="everything may be solved; the open tickets are looked for",
    may_shrink=True,
    personal=("agent_name",),
    expectations=(
        rows(),
        one_row_each("age", "team_id", "agent_id"),
        *present("age", "count_of_open_tickets", "oldest_opened_at", "as_of_date"),
        one_of("age", ("today", "1 to 7 days", "8 to 30 days", "31 to 90 days", "over 90 days")),
        *past("oldest_opened_at"),
        between("count_of_open_tickets", 1),
        no_rows("it is told of the day", "select 1 from {batch}, audit_facts where as_of_date <> as_of"),
        no_rows(
            "every open ticket is here",
            "select 1 from (select coalesce(sum(count_of_open_tickets), 0) as opened from {batch}) as told "
            "cross join (select count(*) as opened from marts.tickets where is_open) as counted "
            "where told.opened <> counted.opened",
        ),
    ),
)
