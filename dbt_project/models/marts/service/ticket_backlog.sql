-- One row per age, team and agent of the tickets that are open as of as_of.
with

dated as (

    select
        *,
        {{ dbt.datediff('created_at', as_of_date(), 'day') }}
            as days_open
    from {{ ref('tickets') }}
    where is_open

),

aged as (

    select
        *,
        case
            when days_open < 1 then 'today'
            when days_open <= 7 then '1 to 7 days'
            when days_open <= 30 then '8 to 30 days'
            when days_open <= 90 then '31 to 90 days'
            else 'over 90 days'
        end as age
    from dated

)

select
    age,
    team_id,
    agent_id,
    max(agent_name) as agent_name,
    count(*) as count_of_open_tickets,
    count(*) filter (where first_reply_minutes is null) as count_of_unanswered_tickets,
    count(*) filter (where is_escalated) as count_of_escalated_tickets,
    min(created_at) as oldest_opened_at,
    {{ as_of_date() }} as as_of_date
from aged
group by age, team_id, agent_id
