-- One row per Shopify order: its amounts as they count. An order can be edited after it was placed: what was taken
-- out of it and neither returned nor refunded is no part of its total. A refund takes back what Shopify says it does,
-- be it lines, shipping or a goodwill, and nothing where no money went back.
{{ config(materialized='view') }}

with

orders as (

    select
        *,
        coalesce(charged_shipping_amount, total_shipping_amount) as shipping_amount,
        cancelled_at is not null and status in ('paid', 'partially_paid', 'partially_refunded') as is_money_kept
    from {{ ref('stg_shopify__orders') }}

),

-- Tax stands inside the price of a line and of shipping, or on top of it; it is in what was paid back either way.
refunds as (

    select
        order_id,
        sum(
            line_amount + shipping_amount
            + case when is_tax_included then 0 else line_tax_amount + shipping_tax_amount end
        ) as returned_amount,
        sum(line_tax_amount + shipping_tax_amount) as returned_tax_amount,
        sum({{ goods_of_refund('told') }}) filter (where amount > 0) as net_amount,
        min(parse_errors) as parse_errors
    from {{ ref('stg_shopify__refunds') }} as told
    group by order_id

),

joined as (

    select
        orders.*,
        refunds.net_amount,
        refunds.returned_tax_amount,
        refunds.parse_errors as unread_refunds,
        case
            when orders.cancelled_at is null and orders.current_total_amount is not null
                then greatest(
                    orders.total_amount - orders.current_total_amount
                    - greatest(coalesce(refunds.returned_amount, 0), coalesce(orders.refunded_amount, 0)),
                    0
                )
            else 0
        end as taken_out_amount
    from orders
    left join refunds
        on orders.order_id = refunds.order_id

)

select
    * {{ without('total_amount, tax_amount, shipping_tax_amount, parse_errors') }},
    cast(total_amount - taken_out_amount as decimal(18, 4)) as total_amount,
    cast(
        case
            when taken_out_amount > 0 then least(tax_amount, current_tax_amount + coalesce(returned_tax_amount, 0))
            else tax_amount
        end as decimal(18, 4)
    ) as tax_amount,
    case when is_tax_included then shipping_tax_amount else 0 end as shipping_tax_amount,
    cast(
        coalesce(tip_amount, 0) + coalesce(duty_amount, 0) + coalesce(gift_card_amount, 0)
        - coalesce(gift_card_discount_amount, 0) as decimal(18, 4)
    ) as non_sales_amount,
    cast(net_amount as decimal(18, 4)) as refunded_net_amount,
    {{ status_meaning('orders', 'status') }} as sale_state,
    nullif(concat_ws(', ', parse_errors, unread_refunds), '') as parse_errors
from joined
