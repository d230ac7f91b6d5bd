-- One row per customer who ever did something: the channel and the hour of the day (in var time_zone) of most of the
-- inbound touches up to as_of, but for the lead's own record. Of equal ones the later in the alphabet, or in the day. A
-- touch whose time is not known has no hour.
with

timed as (

    select
        customer_id,
        channel,
        case
            when {{ has_time('event_at') }}
                then cast(extract(hour from {{ local_time('event_at', var('time_zone')) }}) as bigint)
        end as hour
    from {{ ref('customer_timeline') }}
    where
        direction = 'inbound'
        and kind <> 'lead created'
        and {{ up_to_as_of('event_at') }}

),

touches as (

    select
        customer_id,
        channel,
        hour,
        count(*) as count_of_touches
    from timed
    group by customer_id, channel, hour

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
    where hour is not null
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
left join preferred_hours
    on channels.customer_id = preferred_hours.customer_id
group by channels.customer_id
