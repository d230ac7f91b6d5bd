-- One row per live record, channel, field and list in which the person says yes or no to being written to, and one per
-- e-mail by which somebody unsubscribed or complained, whoever the customer is.
{{ config(materialized='view') }}

with

fields as (

    {%- for said in consent_fields() %}
    select
        contact_id,
        source,
        '{{ said.channel }}' as channel,
        {{ said.list or 'cast(null as string)' }} as list_id,
        {{ said.word }} as is_given,
        {{ said.field_of or quoted(said.field) }} as field,
        coalesce({{ said.at ~ ', ' if said.at }}updated_at, cast(null as timestamp)) as stated_at,
        {{ said.at ~ ' is not null' if said.at else 'false' }} as is_time_stated,
        {{ said.email or 'cast(null as string)' }} as email
    from {{ ref(said.model) }}
    where not is_deleted
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

campaigns as (

    select
        campaign_id,
        list_id
    from {{ ref('int_campaigns_unioned') }}

),

left_by_mail as (

    select
        events.contact_id,
        events.source,
        'email' as channel,
        campaigns.list_id,
        false as is_given,
        events.event as field,
        events.event_at as stated_at,
        events.event_at is not null as is_time_stated,
        lower(events.email) as email
    from {{ ref('int_email_events_unioned') }} as events
    left join campaigns
        on events.campaign_id = campaigns.campaign_id
    where
        events.event in ('unsubscribed', 'complained')
        and not events.is_deleted
        and not {{ is_future('events.event_at') }}

)

select * from fields
where
    is_given is not null
    -- What is dated after as_of is not yet said; a refusal holds whatever its date is.
    and not (is_given and {{ is_future('stated_at') }})
union all
select * from left_by_mail
