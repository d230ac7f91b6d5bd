select record_id, is_deleted from {{ source('mapped', 'deal_lines') }}
