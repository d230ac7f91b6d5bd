-- An event names a sending and an address: the e-mail and the contact behind them.
{{ config(materialized='view') }}

with events as (

    select * from {{ ref('stg_hubspot__email_events') }}
    where
        is_deleted
        or (event is not null and not is_filtered and (event <> 'unsubscribed' or sending_id is not null))

),

sendings as (

    select * from {{ ref('stg_hubspot__email_sendings') }}

),

people as (

    select
        source,
        email,
        min(contact_id) as contact_id
    from {{ ref('stg_hubspot__contacts') }}
    where
        not is_deleted
        and email is not null
    group by source, email

)

select
    events.email_event_id,
    events.source,
    events.source_id,
    events.event_at as created_at,
    events.event_at as updated_at,
    events.is_deleted,
    people.contact_id,
    events.email,
    events.event,
    events.event_at,
    events.url,
    events.parse_errors,
    coalesce(sendings.campaign_id, events.sending_id) as campaign_id
from events
left join sendings
    on events.sending_id = sendings.sending_id
left join people
    on
        events.source = people.source
        and events.email = people.email
