{{ config(materialized='view') }}

with tickets as (

    select * from {{ ref('stg_freshdesk__tickets') }}

),

-- 1 to 3 are shades of unhappy, 4 is neutral, 5 to 7 are shades of happy.
ratings as (

    select
        ticket_id,
        case when score > 4 then 'satisfied' when score < 4 then 'dissatisfied' end as satisfaction
    from {{ ref('stg_freshdesk__satisfaction_ratings') }}
    where not is_deleted
    qualify row_number() over (partition by ticket_id order by answered_at desc, survey_id desc) = 1

)

select
    tickets.*,
    ratings.satisfaction
from tickets
left join ratings
    on tickets.ticket_id = ratings.ticket_id
