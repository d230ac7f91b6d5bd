-- One row per question of a form that exists that is answered by a number: stars, or a scale.
with source as (

    {{ latest('jotform', 'forms', {
        'questions': {'each': ['qid', 'type', 'name', 'text', 'stars', 'scaleAmount', 'scaleFrom']}
    }) }}

),

unnested as (

    select
        source,
        record_id as form_id,
        {{ each() }}(r.questions) as r
    from source
    where not is_deleted

)

select
    source,
    form_id,
    r.qid as question_id,
    {{ nullif_blank('r.name') }} as name,
    r.type as kind,
    {{ nullif_blank('r.text') }} as title,
    case r.type
        when 'control_rating' then coalesce({{ as_whole('r.stars') }}, 5)
        -- A scale that begins at 0 goes on as far as one that begins at 1: its amount is its last step.
        else {{ as_whole('r.scaleAmount') }}
    end as scale_max
from unnested
where r.type in ('control_rating', 'control_scale')
