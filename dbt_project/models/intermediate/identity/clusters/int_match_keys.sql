-- depends_on: {{ ref('int_records_to_relink') }}
{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
select
    record_number,
    key_kind,
    key
from {{ ref('int_match_keys_found') }}
