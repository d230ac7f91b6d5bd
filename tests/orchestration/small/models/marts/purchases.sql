select record_id as order_id, max_by(json_extract_string(record, '$.total'), extracted_at) as total
from {{ source('mapped', 'orders') }}
group by record_id
having not max_by(is_deleted, extracted_at)
