-- One row per Shopify line item: what of it was sold in the end. What was returned is taken off, and so is what was
-- taken out of the order before it was paid.
{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('stg_shopify__order_lines') }}

),

unnested as (

    select
        source,
        {{ each() }}(refund_lines) as r
    from {{ ref('stg_shopify__refunds') }}
    where not is_deleted

),

returned as (

    select
        {{ global_id(gid_number('r.lineItem.id')) }} as order_line_id,
        sum({{ as_decimal('r.quantity') }}) as quantity,
        sum({{ as_decimal(shop_money('subtotalSet')) }}) as amount
    from unnested
    group by {{ global_id(gid_number('r.lineItem.id')) }}

),

joined as (

    select
        lines.*,
        coalesce(returned.quantity, 0) as returned_quantity,
        coalesce(returned.amount, 0) as returned_amount,
        greatest(
            lines.quantity - coalesce(lines.current_quantity, lines.quantity) - coalesce(returned.quantity, 0), 0
        ) as taken_out_quantity
    from lines
    left join returned
        on lines.order_line_id = returned.order_line_id

)

select
    * {{ without('quantity, line_amount') }},
    cast(quantity - returned_quantity - taken_out_quantity as decimal(18, 4)) as quantity,
    cast(
        line_amount - returned_amount
        - case
            when taken_out_quantity > 0 then {{ prorated('line_amount', 'taken_out_quantity', 'quantity') }}
            else 0
        end as decimal(18, 4)
    ) as line_amount
from joined
