-- One row per HubSpot engagement that took place and person it was with; one without a person, or gone, has one row.
{{ config(materialized='view') }}

with

engagements as (

    {% for kind in ['calls', 'meetings', 'emails', 'communications'] -%}
    select
        *,
        '{{ kind }}' as stream
    from {{ ref('stg_hubspot__' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

addressed as (

    select
        * {{ without('contact') }},
        contact.id as contact_number
    from (select *, {{ each() }}(contacts) as contact from engagements) as unnested
    union all
    select
        *,
        cast(null as string) as contact_number
    from engagements
    where {{ first_of('contacts') }} is null

)

select
    engagement_id || coalesce('/' || contact_number, '') as interaction_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    {{ global_id('contact_number') }} as contact_id,
    kind,
    direction,
    channel,
    subject,
    happened_at,
    stream,
    parse_errors
from addressed
where
    -- What was only planned, or tried in vain, was no touch.
    coalesce(status, '') not in (
        'BUSY', 'CALLING_CRM_USER', 'CANCELED', 'CONNECTING', 'FAILED', 'MISSED', 'NO_ANSWER', 'QUEUED', 'RINGING',
        'NO_SHOW', 'RESCHEDULED', 'BOUNCED', 'SENDING'
    )
    and coalesce(cast(happened_at as date), date '1970-01-01') <= {{ as_of_date() }}
qualify row_number() over (partition by engagement_id, contact_number order by updated_at nulls last) = 1
