-- One row per customer with at least one touch: when the customer and the business last acted.
with

touches as (

    select * from {{ ref('customer_timeline') }}

)

select
    customer_id,
    count(*) as count_of_touches,
    min(event_at) as first_touch_at,
    max(event_at) filter (where direction = 'inbound') as last_seen_at,
    max(event_at) filter (where direction = 'outbound') as last_contacted_at
from touches
group by customer_id
