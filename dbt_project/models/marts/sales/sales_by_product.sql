-- One row per month (UTC) and product: what its lines brought, corrections taken off.
with

lines as (

    select
        *,
        cast(date_trunc('month', ordered_at) as date) as month,
        coalesce(product_id, sku, description) as product
    from {{ ref('order_lines') }}
    where
        is_sale
        or order_kind in ('cancellation', 'adjustment')

)

select
    month,
    product,
    max(description) as description,
    max(category) as category,
    count(*) filter (where is_sale) as count_of_lines,
    cast(coalesce(sum(quantity) filter (where is_sale), 0) as decimal(18, 4)) as quantity_sold,
    cast(coalesce(sum(quantity) filter (where not is_sale), 0) as decimal(18, 4)) as quantity_corrected,
    cast(coalesce(sum(line_value), 0) as decimal(18, 4)) as line_revenue,
    {{ quotient(
        'sum(line_value) filter (where is_sale)',
        'nullif(sum(quantity) filter (where is_sale), 0)'
    ) }} as average_price,
    '{{ var("base_currency") }}' as currency
from lines
group by month, product
