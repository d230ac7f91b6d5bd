-- What a choice of a rating is worth. Eleven are 0 to 10, as one asks for a recommendation, whatever they weigh.
with choices as (

    select
        source,
        survey_id,
        question_id,
        {{ each() }}(choices) as r
    from {{ ref('stg_surveymonkey__questions') }}
    where kind = 'rating'

),

weighed as (

    select
        source,
        survey_id,
        question_id,
        r.id as choice_id,
        {{ as_decimal('r.weight') }} as weight,
        count(*) over (partition by source, survey_id, question_id) as count_of_choices,
        cast(row_number() over (
            partition by source, survey_id, question_id
            order by {{ as_whole('r.position') }} nulls last, r.id nulls last
        ) as bigint) as place
    from choices
    where not coalesce({{ as_flag('r.is_na') }}, false)

)

select
    source,
    survey_id,
    question_id,
    choice_id,
    count_of_choices = 11 as is_of_eleven,
    cast(case when count_of_choices = 11 then place - 1 else weight end as decimal(18, 4)) as score,
    cast(
        case when count_of_choices = 11 then 10 else max(weight) over (partition by source, survey_id, question_id) end
        as decimal(18, 4)
    ) as scale_max
from weighed
