-- One row per question of a survey that exists, in the order in which it is asked.
with source as (

    {{ latest('surveymonkey', 'surveys', {
        'title': 'text', 'nickname': 'text',
        'definition': {'pages': {'each': {
            'position': 'text',
            'questions': {'each': {
                'id': 'text', 'position': 'text', 'family': 'text', 'subtype': 'text',
                'headings': {'each': ['heading']}, 'display_options': ['display_type'], 'validation': ['type', 'max'],
                'answers': {
                    'choices': {'each': ['id', 'position', 'weight', 'is_na']},
                    'rows': {'each': ['id', 'type']}
                }
            }}
        }}}
    }) }}

),

pages as (

    select
        source,
        record_id as survey_id,
        ' ' || {{ replace_all("lower(concat_ws(' ', r.title, r.nickname))", '[^a-z0-9]+', ' ') }} || ' '
            as survey_words,
        {{ each() }}(r.definition.pages) as r
    from source
    where not is_deleted

),

questions as (

    select
        source,
        survey_id,
        survey_words,
        {{ as_whole('r.position') }} as page_position,
        {{ each() }}(r.questions) as r
    from pages

)

select
    source,
    survey_id,
    r.id as question_id,
    page_position,
    {{ as_whole('r.position') }} as position,
    {{ nullif_blank(first_of('r.headings') ~ '.heading') }} as title,
    survey_words || {{ replace_all('lower(' ~ first_of('r.headings') ~ '.heading)', '[^a-z0-9]+', ' ') }} || ' '
        as words,
    case
        when r.family = 'matrix' and r.subtype = 'rating' then 'rating'
        when r.family = 'open_ended' and r.display_options.display_type = 'slider' then 'slider'
        when r.family = 'open_ended' and r.validation.type = 'email' then 'email'
        when r.family = 'demographic' then 'contact'
        when
            r.family = 'open_ended' and r.subtype in ('single', 'essay')
            and coalesce(r.display_options.display_type, '') <> 'file_upload'
            and coalesce(r.validation.type, 'any') in ('any', 'text_length') then 'text'
        else 'other'
    end as kind,
    {{ as_decimal('r.validation.max') }} as slider_max,
    r.answers.choices,
    r.answers.rows as answer_rows
from questions
