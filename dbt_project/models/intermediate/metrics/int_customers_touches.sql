-- One row per customer with at least one touch: when the customer and the business last acted.
with

touches as (

    select * from {{ ref('customer_timeline') }}

)

select
    customer_id,
    count(*) as count_of_touches,
    count(*) filter (
        where direction = 'inbound' and kind not like 'order %' and kind not like 'email %' and kind <> 'lead created'
    ) as count_of_interactions,
    count(*) filter (
        where direction = 'inbound' and kind not like 'order %'
        and kind not in ('lead created', 'email bounced', 'email unsubscribed', 'email complained')
        and {{ in_last_days('event_at', 365) }}
    ) as count_of_engagements_last_365_days,
    min(event_at) as first_touch_at,
    max(event_at) filter (where direction = 'inbound') as last_seen_at,
    max(event_at) filter (where direction = 'outbound') as last_contacted_at
from touches
group by customer_id
