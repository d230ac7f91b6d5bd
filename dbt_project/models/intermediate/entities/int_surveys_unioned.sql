with unioned as (

    {{ union_of('surveys', 'survey_id', holds_back=true) }}

)

select * from unioned
where
    score is not null
    or is_deleted
