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
    'email ' || events.event || ' ' || events.email_event_id as touch_id,
    events.contact_id,
    events.event_at,
    'email' as channel,
    case
        when events.event in ('sent', 'delivered', 'bounced') then 'outbound'
        else 'inbound'
    end as direction,
    'email ' || events.event as kind,
    coalesce(campaigns.subject, campaigns.name) as subject,
    cast(null as decimal(18, 4)) as amount,
    events.source,
    events.email_event_id as reference_id
from events
left join campaigns
    on events.campaign_id = campaigns.campaign_id
