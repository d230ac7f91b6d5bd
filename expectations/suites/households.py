"""households: one row per home that customers of one last name share."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="households",
    may_be_empty_because="where nobody shares a home there is no household; the last check finds one that is missing",
    may_shrink=True,
    personal=("last_name", "street", "postal_code", "city"),
    expectations=(
        rows(),
        *key("household_id"),
        *present("last_name", "street", "postal_code"),
        between("count_of_customers", 2),
        no_rows(
            "every member is counted, and no household is missing",
            "select 1 from (select household_id, count(*) as members from marts.customers "
            "where household_id is not null group by household_id) as homes full join {batch} using (household_id) "
            "where members is distinct from count_of_customers",
        ),
    ),
)
