"""customer_identities: one row per source record and period, with the customer it belongs to and why."""

from __future__ import annotations

from crm360.expectations.suite import Suite, no_rows, present, rows

SUITE = Suite(
    table="customer_identities",
    personal=(
        "contact_id",
        "source_id",
        "evidence",
        "linked_contact_id",
        "merged_into",
        "full_name",
        "email",
        "phone",
    ),
    expectations=(
        rows(),
        *present("contact_id", "source", "source_id"),
        no_rows(
            "a record's period is unique: it belongs to one customer at a time",
            "select 1 from (select count(*) as times from {batch} group by contact_id, valid_to) as found "
            "where times > 1",
        ),
        no_rows(
            "a period ends after it began",
            "select 1 from {batch} where valid_to <= valid_from",
        ),
        *present("is_current", "rule"),
        no_rows(
            "a current record belongs to a customer of today",
            "select 1 from {batch} where is_current and (customer_id is null or not exists "
            "(select 1 from marts.customers where customers.customer_id = subselect.customer_id))",
        ),
        no_rows(
            "every person record that still exists belongs to somebody",
            "select 1 from intermediate.int_contacts_unioned as contacts "
            "where not is_deleted and merged_into is null and not exists "
            "(select 1 from {batch} where contact_id = contacts.contact_id and is_current)",
        ),
        no_rows(
            "a match weight is the sum of its steps, and comes with what it needs",
            "select 1 from {batch} where (match_weight is null) <> (match_weight_steps is null) "
            "or (match_weight is null) <> (match_threshold is null) or abs(match_weight - list_sum(list_transform("
            "string_split(match_weight_steps, ' | '), lambda step: step.split(': ')[-1]::double))) > 0.15",
        ),
        no_rows(
            "every record names its own source",
            "select 1 from {batch} where contact_id <> source || ':' || source_id",
        ),
    ),
)
