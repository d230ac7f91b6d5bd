"""run_history: one row per run that published and stream, table, column or value, this run's own among them."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="run_history",
    expectations=(
        rows(),
        *key("run_id", "subject"),
        *present("measured_at", "as_of", "scope"),
        one_of("scope", ["stream", "table", "column", "value"]),
        *(between(f"count_of_{count}", 0) for count in ("rows", "received", "landed", "deleted", "rejected")),
        *(between(figure, 0) for figure in ("hours_since_change", "standard_deviation")),
        between("null_share", 0, 1),
        between("distinct_values", 0),
        no_rows(
            "as_of is not in the future",
            "select 1 from (select * from {batch}) as here, audit_facts as facts where here.as_of > facts.as_of",
        ),
        no_rows(
            "a subject is the name of its stream, table or column, or begins with it",
            "select 1 from {batch} where subject is distinct from "
            "case scope when 'stream' then source || '/' || stream when 'table' then table_name "
            "when 'column' then table_name || '.' || column_name "
            "else case when starts_with(subject, table_name || '.' || column_name || ' ') then subject end end",
        ),
        no_rows(
            "every table has its rows, every column how many are null unless its table is empty",
            "select 1 from {batch} where (scope <> 'stream' and count_of_rows is null) "
            "or (scope = 'column' and null_share is null and count_of_rows > 0)",
        ),
        no_rows(
            "what was measured of this run is here",
            "select 1 from crm360.run_figures as measured where not exists "
            "(select 1 from (select * from {batch}) as here "
            "where here.run_id = measured.run_id and here.subject = measured.subject)",
        ),
    ),
)
