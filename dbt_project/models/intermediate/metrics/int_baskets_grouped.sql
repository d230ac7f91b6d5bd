-- One row per sale up to as_of and product in it. A product without an id is known by its article number.
with

lines as (

    select
        order_id,
        customer_id,
        ordered_at,
        coalesce(product_id, source || ':' || sku) as product_id
    from {{ ref('order_lines') }}
    where
        is_sale
        and {{ up_to_as_of('ordered_at') }}

)

select distinct
    order_id,
    customer_id,
    ordered_at,
    product_id
from lines
where product_id is not null
