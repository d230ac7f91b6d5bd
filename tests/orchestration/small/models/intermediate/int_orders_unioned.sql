select record_id, is_deleted, null::varchar as contact_id, null::varchar as email from {{ source('mapped', 'orders') }}
