-- One row per line of an order that still exists, in the order's own currency.
with

order_lines as (

    select
        lines.*,
        products.kind as product_kind,
        coalesce(lines.description, products.name) as known_description,
        coalesce(lines.category, products.category) as known_category
    from {{ ref('int_order_lines_unioned') }} as lines
    left join {{ ref('int_products_unioned') }} as products
        on lines.product_id = products.product_id
    where not lines.is_deleted

),

orders as (

    select * from {{ ref('int_orders_counted') }}

)

select
    order_lines.order_line_id,
    order_lines.order_id,
    orders.customer_id,
    order_lines.source,
    {{ brand_of('order_lines.source') }} as brand,
    order_lines.source_id,
    orders.ordered_at,
    orders.order_kind,
    orders.is_sale,
    order_lines.product_id,
    order_lines.sku,
    order_lines.known_description as description,
    order_lines.known_category as category,
    order_lines.product_kind,
    order_lines.quantity,
    order_lines.unit_price,
    order_lines.discount_amount,
    order_lines.line_amount,
    orders.priced_currency as currency,
    coalesce(order_lines.is_gift_card, false) as is_gift_card,
    case
        when order_lines.is_gift_card then 0
        else cast(order_lines.line_amount * orders.exchange_rate as decimal(18, 4))
    end as line_value,
    case
        when orders.order_kind = 'sale' and order_lines.unit_price < 0 then 'negative price'
        when orders.order_kind = 'sale' and order_lines.unit_price = 0 then 'zero price'
    end as price_flag
from order_lines
inner join orders
    on order_lines.order_id = orders.order_id
