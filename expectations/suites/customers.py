"""customers: one row per customer who is living in some source today. Whom the sources know by name is known here."""

from __future__ import annotations

from crm360.expectations.suite import Suite, carried, exists, key, mostly, no_rows, past, rows

IDENTITY = ("full_name", "email", "phone", "mobile_phone", "company_name", "job_title", "street", "city", "postal_code")

SUITE = Suite(
    table="customers",
    personal=(
        *IDENTITY,
        "first_name",
        "last_name",
        "region",
        "birth_date",
        "linkedin_url",
        "twitter_handle",
        "interests",
        "company_id",
        "lead_source",
        "rejection_reason",
    ),
    expectations=(
        rows(),
        *key("customer_id"),
        exists("customer_id", "customer_identities"),
        *past("created_at"),
        *carried("intermediate.int_golden_records", *IDENTITY, "country", "birth_date"),
        *carried("intermediate.int_golden_records", "lead_status"),
        no_rows(
            "no golden record is missing, and none was made up",
            "select 1 from (select * from {batch}) as told full join intermediate.int_golden_records as survived "
            "on told.customer_id = survived.customer_id "
            "where told.customer_id is null or survived.customer_id is null",
        ),
        mostly("nobody was born in the future, or before 1900", "birth_date > as_of or birth_date < date '1900-01-01'"),
    ),
)
