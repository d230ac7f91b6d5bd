-- One row per Salesforce task that was a touch: a call, an e-mail or a message that was done. A plain to-do is none.
{{ config(materialized='view') }}

select
    {{ global_id("'tasks/' || source_id") }} as interaction_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    contact_id,
    case
        when subtype = 'call' then 'call'
        when subtype in ('email', 'listemail') then 'email'
        when subtype like 'linkedin%' then 'social'
    end as kind,
    case when call_type in ('inbound', 'outbound', 'internal') then call_type end as direction,
    case
        when subtype = 'call' then 'phone'
        when subtype in ('email', 'listemail') then 'email'
        else 'linkedin'
    end as channel,
    subject,
    completed_at as happened_at,
    parse_errors
from {{ ref('stg_salesforce__tasks') }}
where
    is_closed
    and (subtype in ('call', 'email', 'listemail') or subtype like 'linkedin%')
    and coalesce(cast(completed_at as date), date '1970-01-01') <= {{ as_of_date() }}
