-- One row per sale up to as_of and product in it. A product without an id is known by its article number.
with

lines as (

    select
        order_id,
        coalesce(product_id, source || ':' || sku) as product_id
    from {{ ref('int_order_lines_unioned') }}
    where not is_deleted

),

sales as (

    select
        order_id,
        customer_id,
        ordered_at
    from {{ ref('int_orders_counted') }}
    where
        is_sale
        and {{ up_to_as_of('ordered_at') }}

)

select distinct
    sales.order_id,
    sales.customer_id,
    sales.ordered_at,
    lines.product_id
from sales
inner join lines
    on sales.order_id = lines.order_id
where lines.product_id is not null
