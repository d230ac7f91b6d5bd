select distinct customer_id
from {{ ref('int_customer_ids_assigned') }}{{ env_var('SMALL_READS', '') }}
