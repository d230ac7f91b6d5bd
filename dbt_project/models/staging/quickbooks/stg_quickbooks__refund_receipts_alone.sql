{{ config(materialized='view') }}

{{ credit_notes_alone('stg_quickbooks__refund_receipts', 'payment_id') }}
