{{ config(materialized='view') }}

with orders as (

    select
        order_id,
        contact_id,
        email,
        currency,
        updated_at
    from {{ ref('stg_shopify__orders') }}

)

select
    refunds.refund_id as payment_id,
    refunds.source,
    substring(refunds.refund_id, length(refunds.source) + 2) as source_id,
    refunds.created_at,
    orders.updated_at,
    refunds.is_deleted,
    refunds.order_id,
    refunds.parse_errors,
    orders.contact_id,
    'refund' as kind,
    orders.email,
    refunds.created_at as paid_at,
    orders.currency,
    -abs(refunds.amount) as amount,
    {{ goods_of_refund('refunds') }} as net_amount
from {{ ref('stg_shopify__refunds') }} as refunds
left join orders
    on refunds.order_id = orders.order_id
-- What came back without money is no payment.
where refunds.amount is null or refunds.amount <> 0
