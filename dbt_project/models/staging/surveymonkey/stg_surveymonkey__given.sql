-- One row per answer of a response that somebody gave: previews and those who were turned away are none.
with source as (

    {{ latest('surveymonkey', 'responses', {
        'survey_id': 'text', 'response_status': 'text', 'collection_mode': 'text', 'date_created': 'text',
        'date_modified': 'text',
        'pages': {'each': {'questions': {'each': {
            'id': 'text', 'answers': {'each': ['row_id', 'choice_id', 'other_id', 'text']}
        }}}}
    }) }}

),

questions as (

    select
        source,
        record_id,
        changed_at as updated_at,
        is_deleted,
        r.survey_id,
        r.date_created,
        r.date_modified,
        {{ each() }}({{ flattened('r.pages', 'questions') }}) as r
    from source
    where
        coalesce(r.response_status, 'completed') in ('completed', 'partial')
        and coalesce(r.collection_mode, 'default') not in ('preview', 'survey_preview')

),

answers as (

    select
        source,
        record_id,
        updated_at,
        is_deleted,
        survey_id,
        date_created,
        date_modified,
        r.id as question_id,
        {{ each() }}(r.answers) as r
    from questions

)

select
    source,
    record_id,
    {{ utc('date_created') }} as created_at,
    updated_at,
    is_deleted,
    survey_id,
    question_id,
    {{ nullif_blank('r.row_id') }} as row_id,
    {{ nullif_blank('r.choice_id') }} as choice_id,
    {{ nullif_blank('r.other_id') }} as other_id,
    {{ nullif_blank('r.text') }} as written,
    {{ utc('date_modified') }} as answered_at,
    {{ unread(times=['date_created', 'date_modified']) }} as unread_times
from answers
