-- One row per touch of the service desk: a ticket opened, a ticket solved, a survey answered.
{{ config(materialized='view') }}

with

tickets as (

    select * from {{ ref('int_tickets_measured') }}

),

surveys as (

    select * from {{ ref('int_surveys_unioned') }}
    where not is_deleted

),

touches as (

    select
        contact_id,
        created_at as event_at,
        coalesce(channel, 'support') as channel,
        'inbound' as direction,
        'ticket opened' as kind,
        subject,
        source,
        ticket_id as reference_id
    from tickets
    union all
    select
        contact_id,
        solved_at as event_at,
        coalesce(channel, 'support') as channel,
        'outbound' as direction,
        'ticket solved' as kind,
        subject,
        source,
        ticket_id as reference_id
    from tickets
    where solved_at is not null
    union all
    select
        contact_id,
        answered_at as event_at,
        'survey' as channel,
        'inbound' as direction,
        'survey answered' as kind,
        kind as subject,
        source,
        survey_id as reference_id
    from surveys

)

select
    contact_id,
    event_at,
    channel,
    direction,
    kind,
    subject,
    cast(null as decimal(18, 4)) as amount,
    source,
    reference_id,
    kind || ' ' || reference_id as touch_id
from touches
