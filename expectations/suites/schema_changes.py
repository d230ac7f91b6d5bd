"""schema_changes: one row per field and batch in which it was new, gone or of another type. None is missing."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="schema_changes",
    may_be_empty_because="nothing may have changed; the last check finds a change that is missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("source", "stream", "batch_id", "field", "change"),
        *present("brand", "changed_at"),
        one_of("change", ["new", "gone", "other type"]),
        no_rows(
            "what is new had no type, and what is gone has none",
            "select 1 from {batch} where change = 'new' and type_before is not null "
            "or change = 'gone' and type_now is not null",
        ),
        no_rows(
            "another type is another one",
            "select 1 from {batch} where change = 'other type' and (type_now is null or type_before is not distinct "
            "from type_now)",
        ),
        no_rows(
            "every change that a batch tells of is here",
            "select 1 from (select count(batch_id) as told from {batch}) as here, "
            "(select count(*) as seen from landing.schema_changes) as there where told <> seen",
        ),
    ),
)
