"""audience_members: one row per audience and customer who may be written to; nobody else may stand here."""

from __future__ import annotations

from crm360.expectations.suite import Suite, exists, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="audience_members",
    may_be_empty_because="nobody may be asked for today; the last check finds members who are missing",
    may_shrink=True,
    personal=("address", "full_name", "because"),
    expectations=(
        rows(),
        *key("audience", "customer_id"),
        *present("channel", "address", "because", "as_of_date"),
        one_of("channel", ("email", "sms", "phone")),
        exists("customer_id", "customers"),
        exists("audience", "audiences"),
        no_rows(
            "whoever is written to has agreed to it on that channel",
            "select 1 from (select * from {batch}) as members left join marts.customer_360 as customers "
            "on members.customer_id = customers.customer_id where not coalesce(case channel when 'email' "
            "then email_consent when 'sms' then sms_consent when 'phone' then phone_consent end, false)",
        ),
        no_rows(
            "nobody is written to who has unsubscribed",
            "select 1 from (select * from {batch}) as members join marts.customer_360 as customers "
            "on members.customer_id = customers.customer_id "
            "where channel = 'email' and customers.count_of_emails_unsubscribed > 0",
        ),
        no_rows(
            "no address is written to twice for one audience",
            "select 1 from {batch} group by audience, lower(trim(address)) having count(*) > 1",
        ),
        no_rows(
            "members are those of the day that the models were built for",
            "select 1 from {batch}, audit_facts where as_of_date <> as_of",
        ),
        no_rows(
            "an audience has the members that are counted",
            "select 1 from marts.audiences as counted left join (select audience, count(*) as members from {batch} "
            "group by audience) as found on counted.audience = found.audience "
            "where counted.count_of_members <> coalesce(found.members, 0)",
        ),
    ),
)
