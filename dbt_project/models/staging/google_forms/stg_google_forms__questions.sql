-- One row per question of a form that exists that is answered by a number or by a longer text.
with source as (

    {{ latest('google_forms', 'forms', {
        'questions': {'each': ['question_id', 'place', 'kind', 'scale_max', 'title', 'description']}
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
    r.question_id,
    r.kind,
    {{ nullif_blank('r.title') }} as title,
    {{ nullif_blank('r.description') }} as description,
    {{ as_whole('r.place') }} as place,
    {{ as_whole('r.scale_max') }} as scale_max
from unnested
