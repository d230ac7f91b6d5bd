-- One row per customer who ever did something: the channel and the hour of the day (in var time_zone) of most of the
-- inbound touches up to as_of, but for the lead's own record. Of equal ones the later in the alphabet, or in the day.
with

touches as (

    select
        customer_id,
        channel,
        cast(extract(hour from {{ local_time('event_at', var('time_zone')) }}) as bigint) as hour,
        count(*) as count_of_touches
    from {{ ref('customer_timeline') }}
    where
        direction = 'inbound'
        and kind <> 'lead created'
        and cast(event_at as date) <= {{ as_of_date() }}
    group by customer_id, channel, cast(extract(hour from {{ local_time('event_at', var('time_zone')) }}) as bigint)

),

channels as (

    select
        customer_id,
        channel,
        sum(count_of_touches) as touches
    from touches
    group by customer_id, channel

),

hours as (

    select
        customer_id,
        hour,
        sum(count_of_touches) as touches
    from touches
    group by customer_id, hour

),

preferred_hours as (

    select
        customer_id,
        max({{ packed(['touches', 'hour']) }}).hour as preferred_hour
    from hours
    group by customer_id

)

select
    channels.customer_id,
    max({{ packed(['touches', 'channel']) }}).channel as preferred_channel,
    max(preferred_hours.preferred_hour) as preferred_hour
from channels
inner join preferred_hours
    on channels.customer_id = preferred_hours.customer_id
group by channels.customer_id
