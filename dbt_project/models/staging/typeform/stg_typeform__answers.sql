{#- What was asked stands in the form, as it is now: of a question that is there no more, the scale is not known. What
was written goes with the first question that was answered by a number, so that it counts once. -#}
with source as (

    {{ latest('typeform', 'responses', {
        'form_id': 'text',
        'landed_at': 'text',
        'submitted_at': 'text',
        'answers': {'each': {'field': ['id', 'type', 'ref'], 'type': 'text', 'number': 'text', 'text': 'text'}}
    }) }}

),

written as (

    select
        *,
        {{ nullif_blank(first_of(those_with('r.answers', "e.field.type = 'long_text'")) ~ '.text') }} as comment
    from source

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        changed_at,
        comment,
        r.form_id as form_id,
        r.landed_at as landed_at,
        r.submitted_at as submitted_at,
        {{ first_of(those_with('r.answers', "e.field.type in ('nps', 'opinion_scale', 'rating')")) }}.field.id
            as first_question_id,
        {{ each() }}(r.answers) as r
    from written

),

scored as (

    select
        *,
        ' ' || {{ replace_all("concat_ws(' ', r.field.type, lower(r.field.ref))", '[^a-z0-9]+', ' ') }} || ' ' as told
    from unnested
    where r.field.type in ('nps', 'opinion_scale', 'rating')

),

renamed as (

    select
        {{ global_id("scored.record_id || '/' || scored.r.field.id", 'scored.source') }} as survey_id,
        scored.source,
        scored.record_id || '/' || scored.r.field.id as source_id,
        scored.record_id,
        {{ utc('scored.landed_at') }} as created_at,
        scored.changed_at as updated_at,
        scored.is_deleted,
        respondents.contact_id,
        cast(null as string) as ticket_id,
        {{ survey_kind('scored.told') }} as kind,
        {{ as_decimal('scored.r.number') }} as score,
        coalesce(questions.scale_max, case when scored.r.field.type = 'nps' then 10 end) as scale_max,
        case when scored.r.field.id = scored.first_question_id then scored.comment end as comment,
        {{ utc('scored.submitted_at') }} as answered_at,
        {{ unread(times=['scored.landed_at', 'scored.submitted_at'], decimals=['scored.r.number']) }} as parse_errors
    from scored
    left join {{ ref('stg_typeform__questions') }} as questions
        on
            scored.source = questions.source
            and scored.form_id = questions.form_id
            and scored.r.field.id = questions.question_id
    left join {{ ref('stg_typeform__respondents') }} as respondents
        on scored.source = respondents.source and scored.record_id = respondents.source_id

)

select * from renamed
