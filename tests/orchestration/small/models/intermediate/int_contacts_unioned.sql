select record_id, is_deleted, source || ':' || record_id as contact_id, null::varchar as email
from {{ source('mapped', 'contacts') }}
