{{ config(materialized='view') }}

with events as (

    select
        email_event_id,
        source,
        source_id,
        campaign_id,
        contact_id,
        email,
        event,
        event_at,
        url,
        parse_errors,
        'email_activity' as stream,
        false as is_deleted
    from {{ ref('stg_mailchimp__email_activity') }}
    union all
    select
        email_event_id,
        source,
        source_id,
        campaign_id,
        contact_id,
        email,
        event,
        event_at,
        null as url,
        parse_errors,
        'unsubscribed' as stream,
        is_deleted
    from {{ ref('stg_mailchimp__unsubscribes') }}

),

campaigns as (

    select
        campaign_id,
        sent_at
    from {{ ref('stg_mailchimp__campaigns') }}

)

select
    events.* {{ without('event_at') }},
    case when events.event = 'sent' then campaigns.sent_at else events.event_at end as event_at,
    case when events.event = 'sent' then campaigns.sent_at else events.event_at end as created_at,
    case when events.event = 'sent' then campaigns.sent_at else events.event_at end as updated_at
from events
left join campaigns
    on events.campaign_id = campaigns.campaign_id
