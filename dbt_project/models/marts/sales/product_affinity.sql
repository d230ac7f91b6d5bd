-- One row per product and one of the affinity_companions products that are bought most often with it.
with

names as (

    select
        coalesce(product_id, source || ':' || sku) as product_id,
        max({{ packed(['ordered_at', 'description']) }}).description as product
    from {{ ref('order_lines') }}
    where is_sale
    group by coalesce(product_id, source || ':' || sku)

),

ordered as (

    {% for one, other in [('a', 'b'), ('b', 'a')] -%}
    select
        product_{{ one }} as product_id,
        product_{{ other }} as with_product_id,
        count_of_orders_together,
        count_of_orders_{{ one }} as count_of_orders,
        count_of_orders_{{ other }} as count_of_orders_of_other,
        count_of_all_orders
    from {{ ref('int_products_paired') }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

best as (

    select
        *,
        cast(
            row_number() over (
                partition by product_id
                order by count_of_orders_together desc, count_of_orders_of_other nulls last, with_product_id nulls last
            ) as bigint
        ) as position
    from ordered

)

select
    best.product_id,
    best.with_product_id,
    one.product,
    other.product as with_product,
    best.count_of_orders_together,
    best.count_of_orders,
    best.count_of_orders_of_other,
    best.count_of_all_orders,
    {{ quotient('best.count_of_orders_together', 'best.count_of_all_orders', 'decimal(18, 6)') }} as support,
    {{ quotient('best.count_of_orders_together', 'best.count_of_orders') }} as confidence,
    {{ quotient(
        'best.count_of_orders_together * best.count_of_all_orders',
        '(best.count_of_orders * best.count_of_orders_of_other)'
    ) }} as lift,
    best.position,
    {{ as_of_date() }} as as_of_date
from best
left join names as one
    on best.product_id = one.product_id
left join names as other
    on best.with_product_id = other.product_id
where best.position <= {{ var('affinity_companions') }}
