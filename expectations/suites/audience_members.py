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
        *present("channel", "basis", "address", "because", "as_of_date"),
        one_of("channel", ("email", "sms", "phone")),
        exists("customer_id", "customers"),
        exists("audience", "audiences"),
        no_rows(
            "whoever is written to has agreed to it on that channel, or the audience states another lawful basis",
            "select 1 from (select * from {batch}) as members left join marts.customer_360 as customers "
            "on members.customer_id = customers.customer_id left join marts.audiences as audiences "
            "on members.audience = audiences.audience where audiences.basis is distinct from members.basis "
            "or not coalesce(case members.channel when 'email' then email_consent when 'sms' then sms_consent "
            "when 'phone' then phone_consent end, members.basis <> 'consent')",
        ),
        no_rows(
            "nobody is written to whose refusal stands",
            "select 1 from (select * from {batch}) as members join marts.customer_consent as said "
            "on members.customer_id = said.customer_id and members.channel = said.channel "
            "where said.state = 'opted_out'",
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
