select record_id, is_deleted, null::timestamp as created_at, null::timestamp as issued_at from {{ source('mapped', 'invoices') }}
