-- One row per channel and address that is not to be written to, with the strictest reason. An address is what its owner
-- refused with, so a refusal on any live record, or to any campaign, holds for every customer who has the address. What
-- bounced last and was not read since does not arrive.
with

events as (

    select
        events.event,
        events.event_at,
        {{ reached_at('email', 'coalesce(events.email, contacts.email)') }} as address
    from {{ ref('int_email_events_unioned') }} as events
    left join {{ ref('int_contacts_unioned') }} as contacts
        on events.contact_id = contacts.contact_id
    where
        not events.is_deleted
        and events.event in ('opened', 'clicked', 'replied', 'bounced', 'unsubscribed', 'complained')

),

read as (

    select
        address,
        count(*) filter (where event = 'unsubscribed') as unsubscribed,
        count(*) filter (where event = 'complained') as complained,
        max(event_at) filter (where event = 'bounced') as bounced_at,
        max(event_at) filter (where event in ('opened', 'clicked', 'replied')) as read_at
    from events
    where address is not null
    group by address

),

reasons as (

    {% for because, condition in {
        'unsubscribed': 'unsubscribed > 0', 'complained': 'complained > 0',
        'bounced': 'bounced_at > read_at or (bounced_at is not null and read_at is null)'
    }.items() -%}
    select
        'email' as channel,
        address,
        '{{ because }}' as because
    from read
    where {{ condition }}
    union all
    {% endfor -%}
    {% for channel, column in [
        ('email', 'email'), ('sms', 'mobile_phone'), ('sms', 'phone'), ('phone', 'phone'), ('phone', 'mobile_phone')
    ] -%}
    select
        '{{ channel }}' as channel,
        {{ reached_at(channel, column) }} as address,
        'refused' as because
    from {{ ref('int_identities_ranked') }}
    where not {{ channel }}_consent
    union all
    {% endfor -%}
    select
        'email' as channel,
        {{ reached_at('email', 'address') }} as address,
        'refused' as because
    from (
        select unnest(split(other_emails, ';')) as address
        from {{ ref('int_identities_ranked') }}
        where
            not email_consent
            and other_emails is not null
    ) as others

)

select
    channel,
    address,
    min_by(
        because,
        case because when 'unsubscribed' then 1 when 'complained' then 2 when 'refused' then 3 else 4 end
    ) as because
from reasons
where address is not null
group by channel, address
