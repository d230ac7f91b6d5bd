-- One row per touch that an interaction is, or the coming of a lead whose source says how it came. Without a person
-- record an interaction is told by its e-mail address, else by its telephone number, if all records with that are one
-- customer's: a shared mailbox says nothing about who wrote.
{{ config(materialized='view') }}

with

interactions as (

    select
        *,
        case when phone is not null then crm360_phone_number(phone, '{{ var("default_country") or "" }}') end as phone_key
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
