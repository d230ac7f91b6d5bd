select record_id, is_deleted, null::timestamp as joined_at, null::timestamp as created_at from {{ source('mapped', 'list_members') }}
