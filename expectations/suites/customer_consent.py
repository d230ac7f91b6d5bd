"""customer_consent: one row per customer and channel on which some record says yes or no; the strictest word wins."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="customer_consent",
    may_be_empty_because="no source may know of consent; the last check finds a word that is missing",
    expectations=(
        rows(),
        *key("customer_id", "channel"),
        *present("is_allowed", "stated_by", "contact_id", "is_time_stated", "count_of_consents", "count_of_refusals"),
        one_of("channel", ("email", "sms", "phone")),
        exists("customer_id", "customers"),
        exists("contact_id", "customer_identities"),
        between("count_of_consents", 0),
        no_rows("one refusal is a refusal", "select 1 from {batch} where is_allowed <> (count_of_refusals = 0)"),
        no_rows(
            "the word is that of customers, on every channel",
            "select 1 from (select * from {batch}) as told full join ("
            "select customer_id, 'email' as channel, email_consent as word from marts.customers union all "
            "select customer_id, 'sms', sms_consent from marts.customers union all "
            "select customer_id, 'phone', phone_consent from marts.customers) as said "
            "on told.customer_id = said.customer_id and told.channel = said.channel "
            "where told.is_allowed is distinct from said.word",
        ),
    ),
)
