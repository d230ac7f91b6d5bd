"""customer_consent: one row per customer and channel; a refusal that stands outweighs every opt-in."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="customer_consent",
    personal=("contact_id",),
    expectations=(
        rows(),
        *key("customer_id", "channel"),
        *present("state", "is_time_stated", "count_of_consents", "count_of_refusals", "count_of_lifted_refusals"),
        one_of("state", ("opted_in", "opted_out", "unknown")),
        one_of("channel", ("email", "sms", "phone")),
        exists("customer_id", "customers"),
        exists("contact_id", "customer_identities"),
        between("count_of_consents", 0),
        no_rows(
            "one refusal is a refusal, and only an opt-in is a yes",
            "select 1 from {batch} where state <> case when count_of_refusals > 0 then 'opted_out' "
            "when count_of_consents > 0 then 'opted_in' else 'unknown' end "
            "or is_allowed is distinct from case state when 'opted_in' then true when 'opted_out' then false end",
        ),
        no_rows(
            "whatever is known was said by a field of a source",
            "select 1 from {batch} where state <> 'unknown' and (stated_by is null or stated_in is null)",
        ),
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
