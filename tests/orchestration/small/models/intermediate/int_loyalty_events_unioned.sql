select record_id, is_deleted, null::timestamp as happened_at, null::timestamp as created_at from {{ source('mapped', 'loyalty_events') }}
