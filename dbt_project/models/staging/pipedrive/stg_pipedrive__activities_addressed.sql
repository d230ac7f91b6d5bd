-- One row per activity that was a touch and person who took part in it; one without a person, or gone, has one row.
{{ config(materialized='view') }}

with activities as (

    select * from {{ ref('stg_pipedrive__activities') }}

),

addressed as (

    select
        * {{ without('participant') }},
        participant.person_id as contact_number
    from (select *, {{ each() }}(participants) as participant from activities) as unnested
    union all
    select
        *,
        person as contact_number
    from activities
    where
        person is not null
        or {{ first_of('participants') }} is null

)

select
    activity_id || coalesce('/' || contact_number, '') as interaction_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    {{ global_id('contact_number') }} as contact_id,
    kind,
    case kind
        when 'call' then 'phone'
        else kind
    end as channel,
    subject,
    took_place_at as happened_at,
    parse_errors
from addressed
where
    is_deleted
    or (
        is_done
        and kind is not null
        and coalesce(cast(took_place_at as date), date '1970-01-01') <= {{ as_of_date() }}
    )
qualify row_number() over (partition by activity_id, contact_number order by updated_at nulls last) = 1
