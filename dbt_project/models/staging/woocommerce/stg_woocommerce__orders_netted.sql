-- One row per WooCommerce order: what it counts as, and what its refunds take back without tax and shipping. A status
-- that an extension made up tells nothing: such an order is sold if it was paid.
{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('stg_woocommerce__orders') }}

),

refunds as (

    select
        order_id,
        sum(amount) as amount,
        sum(amount - line_tax_amount - shipping_amount - shipping_tax_amount) as net_amount
    from {{ ref('stg_woocommerce__refunds') }}
    where not is_deleted
    group by order_id

)

select
    orders.*,
    case
        when orders.status in ('pending', 'cancelled', 'failed', 'refunded')
            then {{ status_meaning('orders', 'orders.status') }}
        when orders.paid_at is not null then 'sold'
        else {{ status_meaning('orders', 'orders.status') }}
    end as sale_state,
    -- The refunds that an order lists and those that were pulled must be the same ones.
    case when refunds.amount = orders.refunded_amount then cast(refunds.net_amount as decimal(18, 4)) end
        as refunded_net_amount
from orders
left join refunds
    on orders.order_id = refunds.order_id
