-- One row per customer whose first order has lines: what brought most in it.
select
    customer_id,
    product_id as first_product_id,
    coalesce(description, sku) as first_product
from {{ ref('order_lines') }}
where
    is_sale
    and customer_id is not null
qualify row_number() over (
    partition by customer_id
    order by ordered_at nulls last, order_id nulls last, line_amount desc nulls last, order_line_id nulls last
) = 1
