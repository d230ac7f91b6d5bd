{{ config(materialized='view') }}

select
    credit_note_id as invoice_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    'paid' as status,
    paid_at as issued_at,
    paid_at,
    currency,
    cast(-tax_amount as decimal(18, 4)) as tax_amount,
    amount as total_amount,
    amount as paid_amount,
    cast(0 as decimal(18, 4)) as balance_amount,
    parse_errors
from {{ ref('stg_xero__credit_notes') }}
where is_alone
