{{ config(materialized='view') }}

select
    invoice_id as payment_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    contact_id,
    invoice_id,
    'payment' as kind,
    case when status = 'void' then 'voided' else status end as status,
    method,
    email,
    paid_at,
    currency,
    total_amount as amount,
    parse_errors
from {{ ref('stg_quickbooks__sales_receipts') }}
