"""rejections: one row per record and rule that turned it away. None is missing."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, no_rows, one_of, present, rows

SUITE = Suite(
    table="rejections",
    may_be_empty_if=("rejections",),
    may_shrink=True,
    personal=("record_id",),
    expectations=(
        rows(),
        *present(
            "source",
            "stream",
            "rule",
            "treatment",
            "held_back_at",
            "first_seen_at",
            "last_seen_at",
            "count_of_rejections",
        ),
        between("count_of_rejections", 1),
        one_of("treatment", ["rejected", "quarantined", "nulled", "left out until its day", "counted as money out"]),
        no_rows(
            "source, stream, record_id, rule, field and held_back_at are unique together, without an id too",
            "select 1 from {batch} group by source, stream, record_id, rule, field, held_back_at having count(*) > 1",
        ),
        no_rows("first comes before last", "select 1 from {batch} where first_seen_at > last_seen_at"),
        no_rows("nothing is resolved before it is seen", "select 1 from {batch} where resolved_at <= last_seen_at"),
        no_rows(
            "every record that was refused at landing is here",
            "select 1 from (select coalesce(sum(count_of_rejections), 0) as told from {batch} "
            "where held_back_at = 'landing') as here, audit_facts where told <> rejected",
        ),
    ),
)
