-- One row per conversation that its customer has rated.
{{ config(materialized='view') }}

select
    ticket_id as survey_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    contact_id,
    ticket_id,
    'CSAT' as kind,
    cast(rating as decimal(18, 4)) as score,
    cast(5 as decimal(18, 4)) as scale_max,
    remark as comment,
    rated_at as answered_at,
    parse_errors
from {{ ref('stg_intercom__conversations') }}
where rating is not null
