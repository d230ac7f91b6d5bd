select distinct customer_id
from {{ ref('int_identities_assigned') }}{{ env_var('SMALL_READS', '') }}
