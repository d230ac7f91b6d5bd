"""data_completeness: one row per source and stream that was ever pulled, with counts that balance."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

COUNTS = (
    "received",
    "landed",
    "duplicate",
    "reread",
    "rejected",
    "forgotten",
    "deleted",
    "derived",
    "removed",
    "live",
    "held_back",
)
PLACES = ("superseded", "gone", "in_entity", "quarantined", "left_out", "unaccounted")
SUM = " + ".join(f"count_of_{place}" for place in PLACES)

SUITE = Suite(
    table="data_completeness",
    may_shrink=True,
    expectations=(
        rows(),
        *key("source", "stream"),
        *present("last_batch_id", "last_finished_at", "is_complete", "is_balanced"),
        *present(*(f"count_of_{count}" for count in COUNTS)),
        *(between(f"count_of_{count}", 0) for count in COUNTS),
        # By the clock of this machine, which need not agree with the day that the figures are for.
        no_rows("no pull ends before it begins", "select 1 from {batch} where last_finished_at < last_started_at"),
        no_rows(
            "received is landed, duplicate, rejected and forgotten",
            "select 1 from {batch} where not is_balanced "
            "or count_of_received <> "
            "count_of_landed + count_of_duplicate + count_of_rejected + count_of_forgotten",
        ),
        no_rows(
            "no landed record is lost: each is in its entity, quarantined, left out by a rule, superseded or gone",
            "select 1 from {batch} where count_of_unaccounted > 0",
        ),
        no_rows(
            "what was landed is what stands somewhere now",
            f"select 1 from {{batch}} where count_of_landed + count_of_derived - count_of_removed <> {SUM}",
        ),
        no_rows(
            "the gap is what the source has less what is held",
            "select 1 from {batch} where gap is distinct from source_count - count_of_live",
        ),
        no_rows(
            "the last batch is one of all batches",
            "select 1 from {batch} where last_count_of_received > count_of_received "
            "or last_count_of_landed > count_of_landed or count_of_batches < 1",
        ),
    ),
)
