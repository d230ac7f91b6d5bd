-- One row per line of an order that still exists, in the order's own currency.
with

order_lines as (

    select * from {{ ref('int_order_lines_unioned') }}
    where not is_deleted

),

orders as (

    select * from {{ ref('int_orders_priced') }}

),

products as (

    select * from {{ ref('int_products_unioned') }}

)

select
    order_lines.order_line_id,
    order_lines.order_id,
    orders.customer_id,
    order_lines.source,
    order_lines.source_id,
    orders.ordered_at,
    orders.order_kind,
    orders.is_sale,
    order_lines.product_id,
    order_lines.sku,
    coalesce(order_lines.description, products.name) as description,
    coalesce(order_lines.category, products.category) as category,
    products.kind as product_kind,
    order_lines.quantity,
    order_lines.unit_price,
    order_lines.discount_amount,
    order_lines.line_amount,
    orders.priced_currency as currency,
    cast(order_lines.line_amount * orders.exchange_rate as decimal(18, 4)) as line_value
from order_lines
inner join orders
    on order_lines.order_id = orders.order_id
left join products
    on order_lines.product_id = products.product_id
