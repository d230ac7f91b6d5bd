-- One row per person record whose source says how the lead came: the first touch of that lead.
{{ config(materialized='view') }}

with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}
    where
        not is_deleted
        and lead_direction is not null

)

select
    contact_id,
    created_at as event_at,
    'lead' as channel,
    lead_direction as direction,
    'lead created' as kind,
    lead_source as subject,
    cast(null as decimal(18, 4)) as amount,
    source,
    contact_id as reference_id,
    'lead created ' || contact_id as touch_id
from contacts
