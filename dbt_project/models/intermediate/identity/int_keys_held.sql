-- depends_on: {{ ref('int_identities_near') }}
{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
select
    record_number,
    key_kind,
    key
from {{ ref('int_keys_found') }}
