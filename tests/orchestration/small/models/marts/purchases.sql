select record_id as order_id, json_extract_string(record, '$.total') as total
from {{ source('mapped', 'orders') }}
where not is_deleted
