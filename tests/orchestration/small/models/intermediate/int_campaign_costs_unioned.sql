select record_id, is_deleted, null::date as spent_on from {{ source('mapped', 'campaign_costs') }}
