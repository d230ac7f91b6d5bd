"""customer_contact_points: one row per customer and address or number, of every record of the customer."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, one_of, past, present, rows

SUITE = Suite(
    table="customer_contact_points",
    may_be_empty_because="no source may know an address; the last check finds one that is missing",
    personal=("contact_point",),
    expectations=(
        rows(),
        *key("customer_id", "kind", "contact_point"),
        *present("is_valid", "is_shared", "is_primary", "source", "count_of_records"),
        one_of("kind", ("email", "phone", "mobile")),
        exists("customer_id", "customers"),
        between("count_of_records", 1),
        *past("last_used_at", "last_bounced_at"),
        no_rows(
            "a valid number is E.164, and a valid address has one @",
            "select 1 from {batch} where is_valid and case when kind = 'email' "
            "then length(contact_point) - length(replace(contact_point, '@', '')) <> 1 "
            "else contact_point not like '+%' or length(contact_point) not between 6 and 16 end",
        ),
        no_rows(
            "every customer's own address is among them",
            "select 1 from marts.customers as customers where email is not null and not exists (select 1 from "
            "(select * from {batch}) as told where told.customer_id = customers.customer_id and told.is_primary "
            "and told.contact_point = customers.email)",
        ),
    ),
)
