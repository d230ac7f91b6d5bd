with unioned as (

    {{ union_shaped(columns_of('surveys', 'survey_id'), {
        'stg_zendesk__satisfaction_ratings': {'lacks': []},
        'stg_freshdesk__satisfaction_ratings': {'lacks': []},
        'stg_mapped__surveys': {'lacks': []}
    }, holds_back=true) }}

)

select * from unioned
where
    score is not null
    or is_deleted
