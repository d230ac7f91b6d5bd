"""review_decisions: one row per decision of a person on two records, with what became of it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="review_decisions",
    may_be_empty_because="until somebody decides there is nothing to tell; the last check finds a missing decision",
    may_shrink=True,
    personal=("record_id_a", "record_id_b", "author", "reason", "opposed_by"),
    expectations=(
        rows(),
        *key("kind", "decision", "record_id_a", "record_id_b", "author", "decided_on", "reason"),
        *present("outcome"),
        one_of("kind", ("person", "company")),
        one_of("decision", ("must-link", "cannot-link")),
        one_of("outcome", ("honoured", "overruled by a cannot-link", "a record is not known")),
        no_rows(
            "only a decision that somebody opposed is overruled",
            "select 1 from {batch} where outcome = 'overruled by a cannot-link' "
            "and (decision <> 'must-link' or opposed_by is null)",
        ),
        no_rows(
            "no decision of the reviewed files is missing",
            "select 1 from (select count(kind) as told from {batch}) as here, (select count(*) as made from "
            "(select distinct 'person', * from seeds.identity_decisions union all "
            "select distinct 'company', * from seeds.company_decisions) as files) as lines where told <> made",
        ),
    ),
)
