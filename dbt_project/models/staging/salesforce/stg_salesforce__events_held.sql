-- One row per Salesforce event whose day has come: a meeting. Its copy in the calendar of a colleague who was invited
-- is the same one, and a series has its meetings as events of their own.
{{ config(materialized='view') }}

select
    {{ global_id("'events/' || source_id") }} as interaction_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    contact_id,
    'meeting' as kind,
    cast(null as string) as direction,
    'meeting' as channel,
    subject,
    begins_at as happened_at,
    parse_errors
from {{ ref('stg_salesforce__events') }}
where
    not is_copy
    and not is_series
    and coalesce(cast(begins_at as date), date '1970-01-01') <= {{ as_of_date() }}
