{{ config(materialized='view') }}

select
    contact_id as owner_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    full_name as name,
    email,
    parse_errors
from {{ ref('stg_zendesk__users') }}
where role <> 'end-user'
