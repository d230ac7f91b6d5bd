{{ config(materialized='view') }}

with traces as (

    select * from {{ ref('stg_odoo__mailing_traces') }}
    where
        not is_deleted
        and campaign_id is not null

)

select
    campaign_id,
    source,
    false as is_deleted,
    'email' as channel,
    cast(null as string) as parse_errors,
    substring(campaign_id, length(source) + 2) as source_id,
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    max(campaign_name) as name,
    min(sent_at) as sent_at,
    count(sent_at) as count_of_sent
from traces
group by campaign_id, source
