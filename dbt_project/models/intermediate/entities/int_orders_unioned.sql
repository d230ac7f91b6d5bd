{{ config(materialized='view') }}

with unioned as (

    {{ union_shaped(columns_of('orders', 'order_id'), {
        'stg_shopify__orders': {'lacks': ['sales_rep', 'campaign_id']},
        'stg_woocommerce__orders': {'lacks': ['sales_rep', 'campaign_id']},
        'stg_odoo__orders': {'has': [
            'name', 'contact_id', 'ordered_at', 'cancelled_at', 'order_kind', 'status', 'currency', 'tax_amount',
            'total_amount', 'sales_rep'
        ]},
        'stg_mapped__orders': {'lacks': []}
    }, holds_back=true) }}

),

without_total as (

    select order_id from unioned
    where total_amount is null

),

-- What an order's lines come to is asked only where its source gives no total.
lines as (

    select
        order_id,
        cast(sum(line_amount) as decimal(18, 4)) as total_amount
    from {{ ref('int_order_lines_unioned') }}
    where
        not is_deleted
        and order_id in (select without_total.order_id from without_total)
    group by order_id

)

select
    unioned.* exclude (order_kind, total_amount),
    coalesce(unioned.order_kind, 'sale') as order_kind,
    coalesce(unioned.total_amount, lines.total_amount) as total_amount
from unioned
left join lines
    on unioned.order_id = lines.order_id
