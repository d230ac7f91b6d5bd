-- depends_on: {{ ref('int_records_to_relink') }}
{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
with contacts as (

    select record_number from {{ ref('int_contacts_changed') }}

),

{{ match_keys_of('contacts') }}

select
    record_number,
    key_kind,
    key
from match_keys
