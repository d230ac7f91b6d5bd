"""lost_reasons: one row per kind of loss and reason."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="lost_reasons",
    may_be_empty_because="a business may have lost nothing yet; all deals lost are looked for",
    personal=("reason",),
    expectations=(
        rows(),
        *key("kind", "reason"),
        *present("count_of_losses", "share_of_kind"),
        one_of("kind", ("lost deal", "rejected lead")),
        between("count_of_losses", 1),
        between("share_of_kind", 0, 1),
        in_base_currency(),
        no_rows(
            "every deal that is lost has its reason here",
            "select 1 from (select coalesce(sum(count_of_losses), 0) as lost from {batch} where kind = 'lost deal') "
            "as told cross join (select count(*) as lost from marts.deals where outcome = 'lost') as counted "
            "where told.lost <> counted.lost",
        ),
    ),
)
