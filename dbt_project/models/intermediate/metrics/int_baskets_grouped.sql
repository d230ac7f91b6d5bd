-- One row per sale up to as_of and product in it. A product without an id is known by its article number.
with

lines as (

    select
        order_id,
        customer_id,
        ordered_at,
        coalesce(product_id, source || ':' || sku) as product_id,
        description
    from {{ ref('order_lines') }}
    where
        is_sale
        and cast(ordered_at as date) <= cast('{{ var("as_of") }}' as date)

)

select
    order_id,
    product_id,
    max(customer_id) as customer_id,
    max(ordered_at) as ordered_at,
    max(description) as description
from lines
where product_id is not null
group by order_id, product_id
