-- One row per customer with a touch or a visit of the website: when the customer and the business last acted.
with

touches as (

    select
        customer_id,
        count(*) as count_of_touches,
        count(*) filter (
            where direction = 'inbound' and kind <> 'lead created'
            and kind not like 'order %' and kind not like 'email %'
        ) as count_of_interactions,
        count(*) filter (
            where direction = 'inbound' and kind not like 'order %'
            and kind not in ('lead created', 'email bounced', 'email unsubscribed', 'email complained')
            and {{ in_last_days('event_at', 365) }}
        ) as count_of_engagements_last_365_days,
        min(event_at) as first_touch_at,
        max(event_at) filter (where direction = 'inbound') as last_seen_at,
        max(event_at) filter (where direction = 'outbound') as last_contacted_at,
        -- What was bought on the day on which a cart was left, or later, may be what it held.
        max(cast(event_at as date)) filter (where kind = 'order placed') as last_ordered_on
    from {{ ref('customer_timeline') }}
    group by customer_id

),

visits as (

    select
        customer_id,
        count(*) filter (where {{ in_last_days('started_at', 90) }}) as count_of_web_sessions_last_90_days,
        count(*) filter (
            where has_left_cart and {{ in_last_days('started_at', 90) }}
        ) as count_of_carts_left_last_90_days,
        max(ended_at) as last_web_visit_at,
        max(ended_at) filter (where has_left_cart) as last_cart_left_at,
        max(ended_at) filter (where has_ordered) as last_web_order_at
    from {{ ref('web_sessions') }}
    where customer_id is not null
    group by customer_id

)

select
    touches.first_touch_at,
    touches.last_seen_at,
    touches.last_contacted_at,
    visits.count_of_web_sessions_last_90_days,
    visits.count_of_carts_left_last_90_days,
    visits.last_web_visit_at,
    coalesce(touches.customer_id, visits.customer_id) as customer_id,
    coalesce(touches.count_of_touches, 0) as count_of_touches,
    coalesce(touches.count_of_interactions, 0) as count_of_interactions,
    coalesce(touches.count_of_engagements_last_365_days, 0) as count_of_engagements_last_365_days,
    case
        when
            coalesce(touches.last_ordered_on < cast(visits.last_cart_left_at as date), true)
            and coalesce(visits.last_web_order_at < visits.last_cart_left_at, true)
            then visits.last_cart_left_at
    end as cart_left_at
from touches
full outer join visits
    on touches.customer_id = visits.customer_id
