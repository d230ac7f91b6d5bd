{{ config(materialized='view') }}

with events as (

    select * from {{ ref('stg_klaviyo__events') }}
    where
        not is_deleted
        and flow_id is not null
        and message_id is not null

),

campaigns as (

    select * from {{ ref('stg_klaviyo__campaign_messages') }}

),

flows as (

    select events.*
    from events
    left join campaigns
        on events.message_id = campaigns.message_id
    where campaigns.message_id is null

)

select
    message_id as campaign_id,
    source,
    false as is_deleted,
    'email' as channel,
    cast(null as string) as parse_errors,
    substring(message_id, length(source) + 2) as source_id,
    min(event_at) as created_at,
    max(event_at) as updated_at,
    max(message_name) as name,
    max(subject) as subject,
    min(event_at) as sent_at
from flows
group by message_id, source
