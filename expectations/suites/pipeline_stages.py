"""pipeline_stages: one row per source, pipeline and standard stage in which any deal ever stood."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="pipeline_stages",
    may_be_empty_because="no deal may be open, and no source may tell its history; open deals are looked for",
    expectations=(
        rows(),
        *key("source", "pipeline", "stage"),
        *present("count_of_open_deals", "open_amount", "count_of_entered", "is_bottleneck"),
        between("onward_rate", 0, 1),
        between("win_rate", 0, 1),
        between("median_days", 0),
        between("median_days_open", -1),
        one_of("bottleneck_because", ("slow", "leaky", "slow and leaky")),
        in_base_currency(),
        no_rows(
            "every open deal stands in one stage, with its amount",
            "select 1 from (select coalesce(sum(count_of_open_deals), 0) as opened, coalesce(sum(open_amount), 0) "
            "as amount, coalesce(sum(weighted_amount), 0) as weighted from {batch}) as told cross join ("
            "select count(*) as opened, coalesce(sum(value_amount), 0) as amount, "
            "coalesce(sum(weighted_amount), 0) as weighted from marts.deals where outcome = 'open') as counted "
            "where told.opened <> counted.opened or told.amount <> counted.amount "
            "or told.weighted <> counted.weighted",
        ),
        no_rows(
            "a bottleneck has a reason, and nothing else has",
            "select 1 from {batch} where is_bottleneck <> (bottleneck_because is not null)",
        ),
        no_rows(
            "no more deals go on, are lost, are won or stand in a stage than have entered it",
            "select 1 from {batch} where count_of_onward + count_of_lost > count_of_entered "
            "or count_of_won > count_of_onward or count_of_open_deals > count_of_entered "
            "or count_of_undated_open_deals > count_of_open_deals",
        ),
    ),
)
