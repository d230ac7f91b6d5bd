{#- What was asked stands in the form. What was written goes with the first question that was answered by a number, so
    that it counts once. -#}
with source as (

    {{ latest('google_forms', 'responses', {
        'formId': 'text',
        'createTime': 'text',
        'lastSubmittedTime': 'text',
        'answers': {'each': ['question_id', 'said']}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        changed_at,
        r.formId as form_id,
        r.createTime as created,
        r.lastSubmittedTime as submitted,
        {{ each() }}(r.answers) as r
    from source

),

given as (

    select
        *,
        r.question_id as answered_id,
        r.said as answer
    from unnested

),

asked as (

    select
        given.source,
        given.record_id,
        given.is_deleted,
        given.changed_at,
        given.created,
        given.submitted,
        given.answer,
        questions.question_id,
        questions.kind,
        questions.scale_max,
        ' ' || {{ replace_all("lower(concat_ws(' ', questions.title, questions.description))", '[^a-z0-9]+', ' ') }}
        || ' ' as told,
        questions.kind = 'paragraph' as is_text,
        cast(row_number() over (
            partition by given.source, given.record_id, questions.kind = 'paragraph'
            order by questions.place asc nulls last, questions.question_id asc nulls last
        ) as bigint) as place
    from given
    inner join {{ ref('stg_google_forms__questions') }} as questions
        on
            given.source = questions.source
            and given.form_id = questions.form_id
            and given.answered_id = questions.question_id

)

select
    {{ global_id("scored.record_id || '/' || scored.question_id", 'scored.source') }} as survey_id,
    scored.source,
    scored.record_id || '/' || scored.question_id as source_id,
    scored.record_id,
    {{ utc('scored.created') }} as created_at,
    scored.changed_at as updated_at,
    scored.is_deleted,
    respondents.contact_id,
    cast(null as string) as ticket_id,
    {{ survey_kind('scored.told') }} as kind,
    {{ as_decimal('scored.answer') }} as score,
    scored.scale_max,
    {{ nullif_blank('texts.answer') }} as comment,
    {{ utc('scored.submitted') }} as answered_at,
    {{ unread(times=['scored.created', 'scored.submitted'], decimals=['scored.answer']) }} as parse_errors
from asked as scored
left join asked as texts
    on
        scored.source = texts.source
        and scored.record_id = texts.record_id
        and scored.place = 1
        and texts.place = 1
        and texts.is_text
left join {{ ref('stg_google_forms__respondents') }} as respondents
    on scored.source = respondents.source and scored.record_id = respondents.source_id
where not scored.is_text
