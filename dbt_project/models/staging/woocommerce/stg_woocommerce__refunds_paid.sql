{{ config(materialized='view') }}

with refunds as (

    select * from {{ ref('stg_woocommerce__refunds') }}

),

orders as (

    select
        order_id,
        contact_id,
        email,
        currency
    from {{ ref('stg_woocommerce__orders') }}

)

select
    refunds.refund_id as payment_id,
    refunds.source,
    refunds.source_id,
    refunds.created_at,
    refunds.updated_at,
    refunds.is_deleted,
    refunds.order_id,
    refunds.parse_errors,
    orders.contact_id,
    'refund' as kind,
    orders.email,
    refunds.created_at as paid_at,
    orders.currency,
    -refunds.amount as amount,
    refunds.amount - refunds.line_tax_amount - refunds.shipping_amount - refunds.shipping_tax_amount as net_amount
from refunds
left join orders
    on refunds.order_id = orders.order_id
