"""customer_identities: one row per source record, with the customer it belongs to and why."""

from __future__ import annotations

from expectations.suite import Suite, key, no_rows, present, rows

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
        *key("contact_id"),
        *key("source", "source_id"),
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
            "every record names its own source",
            "select 1 from {batch} where contact_id <> source || ':' || source_id",
        ),
    ),
)
