{{ config(materialized='view') }}

{{ credit_notes_alone('stg_odoo__credit_notes', 'move_id', ['company_id']) }}
