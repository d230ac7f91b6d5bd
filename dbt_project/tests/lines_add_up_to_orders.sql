-- An order whose source states no total comes to the sum of its lines. Fails with one row per order that
-- does not.
with

unstated as (

    select order_id from {{ ref('stg_mapped__orders') }}
    where
        total_amount is null
        and not is_deleted

),

orders as (

    select * from {{ ref('orders') }}

),

lines as (

    select
        order_id,
        sum(line_amount) as line_amount
    from {{ ref('order_lines') }}
    group by order_id

)

select
    orders.order_id,
    orders.total_amount,
    lines.line_amount
from orders
inner join unstated
    on orders.order_id = unstated.order_id
left join lines
    on orders.order_id = lines.order_id
where orders.total_amount is distinct from lines.line_amount
