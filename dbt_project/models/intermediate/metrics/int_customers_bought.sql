-- One row per customer, category, kind and features of products and services that the customer bought.
select distinct
    orders.customer_id,
    products.kind,
    products.features,
    coalesce(lines.category, products.category) as category
from {{ ref('int_order_lines_unioned') }} as lines
inner join {{ ref('int_orders_counted') }} as orders
    on lines.order_id = orders.order_id
left join {{ ref('int_products_unioned') }} as products
    on lines.product_id = products.product_id
where
    not lines.is_deleted
    and orders.is_sale
    and orders.customer_id is not null
