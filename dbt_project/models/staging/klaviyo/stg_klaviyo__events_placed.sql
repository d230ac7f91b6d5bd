{#- What each event is, and of which campaign. A flow's message is a campaign of its own. -#}
{{ config(materialized='view') }}

with events as (

    select * from {{ ref('stg_klaviyo__events') }}

),

metrics as (

    select * from {{ ref('stg_klaviyo__metrics') }}

),

messages as (

    select * from {{ ref('stg_klaviyo__campaign_messages') }}

)

select
    events.email_event_id,
    events.source,
    events.source_id,
    events.event_at as created_at,
    events.event_at as updated_at,
    events.is_deleted,
    coalesce(messages.campaign_id, events.message_id) as campaign_id,
    events.contact_id,
    events.email,
    case metrics.name
        when 'Received Email' then 'delivered'
        when 'Opened Email' then 'opened'
        when 'Clicked Email' then 'clicked'
        when 'Bounced Email' then 'bounced'
        when 'Marked Email as Spam' then 'complained'
        when 'Unsubscribed from Email Marketing' then 'unsubscribed'
        when 'Unsubscribed' then 'unsubscribed'
        else metrics.name
    end as event,
    events.event_at,
    events.url,
    events.parse_errors
from events
left join metrics
    on events.metric_id = metrics.metric_id
left join messages
    on events.message_id = messages.message_id
