-- One row per e-mail event as a touch: what the sender or its server did is outbound, what the reader did
-- is inbound.
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_email_events_unioned') }}
    where not is_deleted

),

campaigns as (

    select * from {{ ref('int_campaigns_unioned') }}

)

select
    events.contact_id,
    events.event_at,
    'email' as channel,
    cast(null as decimal(18, 4)) as amount,
    events.source,
    events.email_event_id as reference_id,
    'email ' || events.event || ' ' || events.email_event_id as touch_id,
    case
        when events.event in ('sent', 'delivered', 'bounced') then 'outbound'
        else 'inbound'
    end as direction,
    'email ' || events.event as kind,
    coalesce(campaigns.subject, campaigns.name) as subject
from events
left join campaigns
    on events.campaign_id = campaigns.campaign_id
