select record_id, is_deleted, null::timestamp as occurred_at from {{ source('mapped', 'web_events') }}
