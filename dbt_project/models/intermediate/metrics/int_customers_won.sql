-- One row per customer who was won: by a first sale, or by a first deal won, whichever came first.
with

wins as (

    select
        customer_id,
        ordered_at as won_at,
        'order' as won_by
    from {{ ref('int_orders_priced') }}
    where
        is_sale
        and customer_id is not null
    union all
    select
        customer_id,
        cast(closed_on as timestamp) as won_at,
        'deal' as won_by
    from {{ ref('int_deals_valued') }}
    where
        outcome = 'won'
        and customer_id is not null

)

select
    customer_id,
    min(won_at) as won_at,
    min_by(won_by, won_at) as won_by
from wins
group by customer_id
