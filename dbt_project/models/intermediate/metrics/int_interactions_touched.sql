-- One row per interaction as a touch. Without a person record it is told by its e-mail address, if all records with
-- that address are one customer's: a shared mailbox says nothing about who wrote.
{{ config(materialized='view') }}

with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}
    where not is_deleted

),

owners as (

    select
        lower(contacts.email) as email,
        min(contacts.contact_id) as contact_id
    from {{ ref('int_contacts_unioned') }} as contacts
    inner join {{ ref('int_contacts_resolved') }} as resolved
        on contacts.contact_id = resolved.contact_id
    where not contacts.is_deleted
    group by lower(contacts.email)
    having count(distinct resolved.customer_id) = 1

)

select
    interactions.happened_at as event_at,
    interactions.kind,
    interactions.subject,
    cast(null as decimal(18, 4)) as amount,
    interactions.source,
    interactions.interaction_id as reference_id,
    'interaction ' || interactions.interaction_id as touch_id,
    coalesce(interactions.contact_id, owners.contact_id) as contact_id,
    coalesce(interactions.channel, interactions.kind) as channel,
    coalesce(nullif(interactions.direction, 'other'), 'internal') as direction
from interactions
left join owners
    on lower(interactions.email) = owners.email
