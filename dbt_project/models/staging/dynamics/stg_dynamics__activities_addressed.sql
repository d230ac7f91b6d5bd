-- One row per activity that took place and customer who took part; one without a person, or gone, has one row. Whom it
-- is about (8), whose it is (9) and what is booked for it (10) took no part.
{{ config(materialized='view') }}

with

activities as (

    {% for stream in ['emails', 'phonecalls', 'appointments'] -%}
    select
        *,
        '{{ stream }}' as stream
    from {{ ref('stg_dynamics__' ~ stream) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

told as (

    select
        * {{ without('party') }},
        party.role as party_role,
        party.kind as party_kind,
        {{ nullif_blank('party.id') }} as person_number,
        lower({{ nullif_blank('party.address') }}) as email
    from (select *, {{ each() }}(parties) as party from activities) as unnested

),

persons as (

    select * {{ without('party_role, party_kind') }}
    from told
    where
        party_role in ('1', '2', '3', '4', '5', '6', '7', '11')
        and (party_kind in ('contact', 'lead') or (party_kind is null and email is not null))

),

known as (

    select distinct activity_id from persons

),

addressed as (

    select * from persons
    union all
    select
        activities.*,
        cast(null as string) as person_number,
        cast(null as string) as email
    from activities
    left join known
        on activities.activity_id = known.activity_id
    where known.activity_id is null

)

select
    activity_id || coalesce('/' || person_number, '/' || {{ guest_id('email') }}, '') as interaction_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    {{ global_id('person_number') }} as contact_id,
    email,
    phone,
    kind,
    direction,
    channel,
    subject,
    happened_at,
    stream,
    parse_errors
from addressed
where
    is_deleted
    or (
        is_touch
        and coalesce(cast(happened_at as date), date '1970-01-01') <= {{ as_of_date() }}
    )
qualify row_number() over (
    partition by activity_id, coalesce(person_number, email) order by email nulls last, updated_at nulls last
) = 1
