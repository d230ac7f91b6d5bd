-- Who was an agent when a ticket was solved is its agent still, whatever they are by now.
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
where
    role <> 'end-user'
    or contact_id in (select tickets.agent_id from {{ ref('stg_zendesk__tickets') }} as tickets)
