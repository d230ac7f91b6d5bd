-- One row per touch that an interaction or an e-mail event is, or the coming of a lead whose source says how it came.
-- Of e-mails, what the sender or its server did is outbound, what the reader did is inbound. Without a person
-- record an interaction is told by its e-mail address, else by its telephone number, if all records with that are one
-- customer's: a shared mailbox says nothing about who wrote.
{{ config(materialized='view') }}

with

interactions as (

    select
        *,
        case
            when phone is not null
                then crm360_phone_number(phone, '{{ var("default_country") or "" }}')
        end as phone_key
    from {{ ref('int_interactions_unioned') }}
    where not is_deleted

),

owners as ({{ owners_of_addresses() }}),

numbers as ({{ owners_of_numbers() }})

select
    interactions.happened_at as event_at,
    interactions.kind,
    interactions.subject,
    cast(null as decimal(18, 4)) as amount,
    interactions.source,
    interactions.interaction_id as reference_id,
    'interaction ' || interactions.interaction_id as touch_id,
    coalesce(interactions.contact_id, owners.contact_id, numbers.contact_id) as contact_id,
    coalesce(interactions.channel, interactions.kind) as channel,
    coalesce(nullif(interactions.direction, 'other'), 'internal') as direction
from interactions
left join owners
    on lower(interactions.email) = owners.email
left join numbers
    on interactions.phone_key = numbers.phone_key
union all
-- The first touch of a lead.
select
    created_at as event_at,
    'lead created' as kind,
    lead_source as subject,
    cast(null as decimal(18, 4)) as amount,
    source,
    contact_id as reference_id,
    'lead created ' || contact_id as touch_id,
    contact_id,
    'lead' as channel,
    lead_direction as direction
from {{ ref('int_contacts_unioned') }}
where
    not is_deleted
    and lead_direction is not null
union all
select
    events.event_at,
    'email ' || events.event as kind,
    coalesce(campaigns.subject, campaigns.name) as subject,
    cast(null as decimal(18, 4)) as amount,
    events.source,
    events.email_event_id as reference_id,
    'email ' || events.event || ' ' || events.email_event_id as touch_id,
    events.contact_id,
    'email' as channel,
    case when events.event in ('sent', 'delivered', 'bounced') then 'outbound' else 'inbound' end as direction
from {{ ref('int_email_events_unioned') }} as events
left join {{ ref('int_campaigns_unioned') }} as campaigns
    on events.campaign_id = campaigns.campaign_id
where not events.is_deleted
