"""service_by_agent: one row per month and agent; its counts are those of the tickets."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, months, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="service_by_agent",
    may_be_empty_if=("tickets",),
    personal=("agent_name",),
    expectations=(
        rows(),
        one_row_each("month", "agent_id"),
        *present("month", "count_of_tickets", "count_of_open_tickets", "count_of_solved_tickets"),
        between("count_of_tickets", 1),
        between("average_first_reply_minutes", 0),
        between("average_resolution_minutes", 0),
        between("first_contact_rate", 0, 1),
        between("satisfaction_share", 0, 1),
        no_rows(
            "every ticket is counted once, the open and the solved ones too",
            "select 1 from (select coalesce(sum(count_of_tickets), 0) as tickets, "
            "coalesce(sum(count_of_open_tickets), 0) as opened, coalesce(sum(count_of_solved_tickets), 0) as solved "
            "from {batch}) as told cross join (select count(*) as tickets, count(*) filter (where is_open) as opened, "
            "count(*) filter (where not is_open) as solved from marts.tickets) as counted "
            "where told.tickets <> counted.tickets "
            "or told.opened <> counted.opened or told.solved <> counted.solved",
        ),
        months(),
    ),
)
