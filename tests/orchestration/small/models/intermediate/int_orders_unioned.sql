select record_id, is_deleted, null::timestamp as created_at, null::timestamp as ordered_at, null::varchar as contact_id, null::varchar as email from {{ source('mapped', 'orders') }}
