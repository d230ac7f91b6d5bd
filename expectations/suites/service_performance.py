"""service_performance: one row per month, channel and team; its counts are those of the tickets."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="service_performance",
    may_be_empty_if=("tickets",),
    expectations=(
        rows(),
        one_row_each("month", "channel", "team_id"),
        *present("month", "count_of_tickets", "count_of_open_tickets", "count_of_solved_tickets"),
        between("count_of_tickets", 1),
        between("median_first_reply_minutes", 0),
        between("median_resolution_minutes", 0),
        between("first_contact_rate", 0, 1),
        between("satisfaction_share", 0, 1),
        *carried(
            "(select first_reply_minutes as median_first_reply_minutes from marts.tickets)",
            "median_first_reply_minutes",
            said_as="tickets",
        ),
        *carried(
            "(select resolution_minutes as median_resolution_minutes from marts.tickets)",
            "median_resolution_minutes",
            said_as="tickets",
        ),
        no_rows(
            "a month begins on its first day, and none is in the future",
            "select 1 from {batch}, audit_facts where month <> date_trunc('month', month) or month > as_of + 1",
        ),
        no_rows(
            "each month's tickets are all counted, the open and the solved ones too",
            "select 1 from (select month, sum(count_of_tickets) as tickets, sum(count_of_open_tickets) as opened, "
            "sum(count_of_solved_tickets) as solved from {batch} group by month) as told full join ("
            "select date_trunc('month', created_at)::date as month, count(*) as tickets, "
            "count(*) filter (where is_open) as opened, count(*) filter (where not is_open) as solved "
            "from marts.tickets group by all"
            ") as counted on told.month = counted.month where told.tickets is distinct from counted.tickets "
            "or told.opened is distinct from counted.opened or told.solved is distinct from counted.solved",
        ),
    ),
)
