-- One row per channel and address that is not to be written to, with the strictest reason. An address is what its owner
-- refused with, so a refusal that stands on any live record, or to any campaign, holds for every customer who has the
-- address. What bounced last and was not read since does not arrive.
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
        and events.event in ('opened', 'clicked', 'replied', 'bounced')

),

read as (

    select
        address,
        max(event_at) filter (where event = 'bounced') as bounced_at,
        max(event_at) filter (where event in ('opened', 'clicked', 'replied')) as read_at
    from events
    group by address

),

refusals as (

    select
        refused.channel,
        contacts.other_emails,
        contacts.phone,
        contacts.mobile_phone,
        case when refused.field in ('unsubscribed', 'complained') then refused.field else 'refused' end as because,
        coalesce(refused.email, contacts.email) as email
    from {{ ref('int_consents_decided') }} as refused
    left join {{ ref('int_contacts_unioned') }} as contacts
        on refused.contact_id = contacts.contact_id
    where
        not refused.is_given
        and not refused.is_lifted

),

reasons as (

    select
        'email' as channel,
        address,
        'bounced' as because
    from read
    where
        bounced_at > read_at
        or (bounced_at is not null and read_at is null)
    union all
    select
        channel,
        case
            when channel = 'email' then {{ reached_at('email', 'address') }}
            else {{ reached_at('phone', 'address') }}
        end as address,
        because
    from (
        select
            channel,
            because,
            {{ each() }}(split(case
                when channel = 'email' then concat_ws(';', email, other_emails)
                else concat_ws(';', phone, mobile_phone)
            end, ';')) as address
        from refusals
    ) as addresses

)

select
    channel,
    address,
    min_by(
        because,
        case because when 'unsubscribed' then 1 when 'complained' then 2 when 'refused' then 3 else 4 end
    ) filter (where because is not null) as because
from reasons
where address is not null
group by channel, address
