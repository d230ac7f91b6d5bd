select record_id, is_deleted, null::timestamp as created_at from {{ source('mapped', 'quotes') }}
