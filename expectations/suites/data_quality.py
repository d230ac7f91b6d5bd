"""data_quality: one row per rule for bad input, source and what it is about; it counts what the marts left empty."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="data_quality",
    expectations=(
        rows(),
        *key("rule", "source", "about"),
        *present("treatment", "count_of_records"),
        between("count_of_records", 0),
        no_rows(
            "a rule about rates says in which currency, and for how much",
            "select 1 from {batch} where rule like '%without a rate' and (about = 'all' or amount is null)",
        ),
        no_rows(
            "every order without a rate is counted",
            "select 1 from (select coalesce(sum(count_of_records), 0) as told from {batch} "
            "where rule = 'order in a currency without a rate') as here cross join ("
            "select count(*) as found from marts.orders where exchange_rate is null and total_amount <> 0) as counted "
            "where told <> found",
        ),
    ),
)
