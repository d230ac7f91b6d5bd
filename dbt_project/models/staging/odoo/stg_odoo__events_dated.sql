{{ config(materialized='view') }}

{%- set events = {
    'sent': 'sent_at', 'opened': 'opened_at', 'clicked': 'clicked_at', 'replied': 'replied_at', 'bounced': 'updated_at'
} %}

with traces as (

    select * from {{ ref('stg_odoo__mailing_traces') }}

),

events as (

    {%- for event, at in events.items() %}
    select
        *,
        '{{ event }}' as event,
        {{ at }} as event_at
    from traces
    where
        {{ at }} is not null
        {{ "and status = 'bounce'" if event == 'bounced' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    {{ global_id("source_id || '/' || event") }} as email_event_id,
    source,
    source_id || '/' || event as source_id,
    event_at as created_at,
    updated_at,
    is_deleted,
    campaign_id,
    contact_id,
    email,
    event,
    event_at,
    parse_errors
from events
