"""rejections: one row per record and rule that turned it away. None is missing."""

from __future__ import annotations

from expectations.suite import Suite, between, no_rows, past, present, rows

SUITE = Suite(
    table="rejections",
    may_be_empty_if=("rejections",),
    may_shrink=True,
    personal=("record_id",),
    expectations=(
        rows(),
        *present("source", "stream", "rule", "first_seen_at", "last_seen_at", "count_of_rejections"),
        *past("first_seen_at", "last_seen_at"),
        between("count_of_rejections", 1),
        no_rows(
            "source, stream, record_id and rule are unique together, records without an id included",
            "select 1 from {batch} group by source, stream, record_id, rule having count(*) > 1",
        ),
        no_rows("first comes before last", "select 1 from {batch} where first_seen_at > last_seen_at"),
        no_rows(
            "every record that was held back is here",
            "select 1 from (select coalesce(sum(count_of_rejections), 0) as told from {batch}) as here, audit_facts "
            "where told <> rejected",
        ),
    ),
)
