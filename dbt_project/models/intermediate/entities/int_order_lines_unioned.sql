{{ config(materialized='view') }}

with unioned as (

    {{ union_of('order_lines', 'order_line_id', holds_back=true) }}

),

orders_held_back as (

    {{ held_back_of('orders', 'order_id') }}

)

select
    unioned.* {{ without('discount_amount, line_amount') }},
    {{ line_amounts('unioned') }}
from unioned
left join orders_held_back
    on unioned.order_id = orders_held_back.order_id
where orders_held_back.order_id is null
