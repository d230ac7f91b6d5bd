{{ config(materialized='view') }}

{{ credit_notes_alone('stg_quickbooks__credit_memos', 'payment_id') }}
