-- One row per call or meeting that took place and customer who took part; one without a person, or gone, has one row.
-- Who declined took no part. A record that one is related to counts if it is a lead: then there is no contact yet.
{{ config(materialized='view') }}

{% set alike = 'activity_id, source, source_id, created_at, updated_at, is_deleted, contact_id, related_id' %}

with

activities as (

    select
        {{ alike }},
        subject,
        happened_at,
        parse_errors,
        'call' as kind,
        'phone' as channel,
        direction,
        phone,
        is_touch,
        'calls' as stream
    from {{ ref('stg_zoho__calls') }}
    union all
    select
        {{ alike }},
        subject,
        happened_at,
        parse_errors,
        'meeting' as kind,
        'meeting' as channel,
        cast(null as string) as direction,
        cast(null as string) as phone,
        true as is_touch,
        'events' as stream
    from {{ ref('stg_zoho__events') }}

),

participants as (

    select
        activity_id,
        source,
        lower({{ nullif_blank('party.type') }}) as kind,
        {{ nullif_blank('party.participant') }} as participant,
        lower({{ nullif_blank('party.Email') }}) as email
    from (select *, {{ each() }}(attendees) as party from {{ ref('stg_zoho__events') }}) as unnested
    where coalesce(lower(party.status), '') <> 'declined'

),

told as (

    select
        activity_id,
        contact_id,
        cast(null as string) as email
    from activities
    where contact_id is not null
    union all
    select
        activities.activity_id,
        leads.contact_id,
        cast(null as string) as email
    from activities
    inner join {{ ref('stg_zoho__leads') }} as leads
        on activities.related_id = leads.contact_id
    union all
    select
        activity_id,
        {{ global_id('participant') }} as contact_id,
        email
    from participants
    where kind in ('contact', 'lead')
    union all
    select
        activity_id,
        cast(null as string) as contact_id,
        coalesce(email, lower(participant)) as email
    from participants
    where kind = 'email'

),

persons as (

    select * from told
    where
        contact_id is not null
        or email is not null
    qualify row_number() over (partition by activity_id, coalesce(contact_id, email) order by email nulls last) = 1

)

select
    activities.activity_id || coalesce(
        '/' || {{ replace_all('persons.contact_id', '^[^:]*:', '') }}, '/' || {{ guest_id('persons.email') }}, ''
    ) as interaction_id,
    activities.* {{ without('activity_id, contact_id, related_id, is_touch') }},
    persons.contact_id,
    persons.email
from activities
left join persons
    on activities.activity_id = persons.activity_id
where
    activities.is_deleted
    or (
        activities.is_touch
        and coalesce(cast(activities.happened_at as date), date '1970-01-01') <= {{ as_of_date() }}
    )
