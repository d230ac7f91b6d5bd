{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='contact_id') }}
select
    contact_id,
    record_number,
    content,
    run_number
from {{ ref('int_contacts_changed') }}
