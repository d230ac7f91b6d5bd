{{ config(materialized='view') }}

{{ credit_notes_alone('stg_xero__credit_notes', 'credit_note_id') }}
