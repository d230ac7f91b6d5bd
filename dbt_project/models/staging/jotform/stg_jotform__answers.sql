{#- What was asked stands in the form, as it is now: of a question that is there no more, the scale is not known. What
    was written goes with the first question that was answered by a number, so that it counts once. -#}
{%- set numbered = "e.type in ('control_rating', 'control_scale')" %}
with source as (

    {{ latest('jotform', 'submissions', {
        'form_id': 'text',
        'submitted_at': 'text',
        'answers': {'each': ['qid', 'type', 'name', 'text', 'said']}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        changed_at,
        {{ nullif_blank(first_of(those_with('r.answers', "e.type = 'control_textarea'")) ~ '.said') }} as comment,
        r.form_id as form,
        r.submitted_at as submitted,
        {{ first_of(those_with('r.answers', numbered)) }}.qid as first_question_id,
        {{ each() }}(r.answers) as r
    from source

),

scored as (

    select
        *,
        r.qid as question_id,
        r.said as answer,
        ' ' || {{ replace_all("lower(concat_ws(' ', r.name, r.text))", '[^a-z0-9]+', ' ') }} || ' ' as told
    from unnested
    where r.type in ('control_rating', 'control_scale')

)

select
    {{ global_id("scored.record_id || '/' || scored.question_id", 'scored.source') }} as survey_id,
    scored.source,
    scored.record_id || '/' || scored.question_id as source_id,
    scored.record_id,
    {{ utc('scored.submitted') }} as created_at,
    scored.changed_at as updated_at,
    scored.is_deleted,
    respondents.contact_id,
    cast(null as string) as ticket_id,
    {{ survey_kind('scored.told') }} as kind,
    {{ as_decimal('scored.answer') }} as score,
    questions.scale_max,
    case when scored.question_id = scored.first_question_id then scored.comment end as comment,
    {{ utc('scored.submitted') }} as answered_at,
    {{ unread(times=['scored.submitted'], decimals=['scored.answer']) }} as parse_errors
from scored
left join {{ ref('stg_jotform__questions') }} as questions
    on
        scored.source = questions.source
        and scored.form = questions.form_id
        and scored.question_id = questions.question_id
left join {{ ref('stg_jotform__respondents') }} as respondents
    on scored.source = respondents.source and scored.record_id = respondents.source_id
