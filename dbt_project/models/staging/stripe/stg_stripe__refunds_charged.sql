{{ config(materialized='view') }}

with refunds as (

    select * from {{ ref('stg_stripe__refunds') }}

),

charges as (

    select
        payment_id as charge_id,
        contact_id,
        invoice_id,
        method,
        email
    from {{ ref('stg_stripe__charges') }}

)

select
    refunds.*,
    charges.contact_id,
    charges.invoice_id,
    charges.method,
    charges.email
from refunds
left join charges
    on refunds.charge_id = charges.charge_id
