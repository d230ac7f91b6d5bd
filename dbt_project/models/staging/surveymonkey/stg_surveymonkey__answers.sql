{#- What was asked, and what a choice is worth, stands in the survey, as it is now: of a question that is there no more
nothing is known. What was written goes with the first question that was answered by a number, to count once. -#}
{% set recommending = 'recommend|recommand|recomend|raccomand|consigli|empfehl|empfohl|aanbevel|aanraden' %}
{% set recommends = 'when scored.is_of_eleven and ' ~ matches('scored.words', recommending) ~ " then 'NPS'" %}
with told as (

    select
        given.*,
        questions.kind as question_kind,
        questions.page_position,
        questions.position,
        questions.words,
        questions.slider_max
    from {{ ref('stg_surveymonkey__given') }} as given
    inner join {{ ref('stg_surveymonkey__questions') }} as questions
        on
            given.source = questions.source
            and given.survey_id = questions.survey_id
            and given.question_id = questions.question_id

),

comments as (

    select
        source,
        record_id,
        written
    from told
    where
        question_kind = 'text'
        and written is not null
    qualify row_number() over (
        partition by source, record_id
        order by page_position nulls last, position nulls last, question_id nulls last, written nulls last
    ) = 1

),

scored as (

    select
        told.*,
        choices.is_of_eleven,
        coalesce(
            choices.score, case when told.question_kind = 'slider' then {{ as_decimal('told.written') }} end
        ) as score,
        coalesce(choices.scale_max, told.slider_max) as scale_max,
        cast(row_number() over (
            partition by told.source, told.record_id
            order by
                told.page_position nulls last, told.position nulls last, told.question_id nulls last,
                told.row_id nulls last, told.choice_id nulls last
        ) as bigint) as place
    from told
    left join {{ ref('stg_surveymonkey__choices') }} as choices
        on
            told.source = choices.source
            and told.survey_id = choices.survey_id
            and told.question_id = choices.question_id
            and told.choice_id = choices.choice_id
    where
        choices.choice_id is not null
        or (told.question_kind = 'slider' and told.written is not null)

)

select
    {{ global_id("concat_ws('/', scored.record_id, scored.question_id, scored.row_id)", 'scored.source') }}
        as survey_id,
    scored.source,
    concat_ws('/', scored.record_id, scored.question_id, scored.row_id) as source_id,
    scored.record_id,
    scored.created_at,
    scored.updated_at,
    scored.is_deleted,
    respondents.contact_id,
    cast(null as string) as ticket_id,
    {{ survey_kind('scored.words', also=recommends) }} as kind,
    scored.score,
    scored.scale_max,
    case when scored.place = 1 then comments.written end as comment,
    scored.answered_at,
    nullif(
        concat_ws(
            ';',
            scored.unread_times,
            {{ unread_value('written', 'scored.written', 'scored.score') }}
        ),
        ''
    ) as parse_errors
from scored
left join comments
    on
        scored.source = comments.source
        and scored.record_id = comments.record_id
left join {{ ref('stg_surveymonkey__respondents') }} as respondents
    on
        scored.source = respondents.source
        and scored.record_id = respondents.source_id
