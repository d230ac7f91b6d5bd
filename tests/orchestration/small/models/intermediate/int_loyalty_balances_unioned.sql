select record_id, is_deleted from {{ source('mapped', 'loyalty_balances') }}
