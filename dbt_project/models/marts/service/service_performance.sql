-- One row per month of opening (UTC), channel and team.
with

tickets as (

    select
        *,
        cast(date_trunc('month', created_at) as date) as month,
        coalesce(channel, 'unknown') as known_channel,
        coalesce(team_id, 'unassigned') as known_team
    from {{ ref('tickets') }}

),

aggregated as (

    select
        month,
        known_channel as channel,
        known_team as team_id,
        cast(median(first_reply_minutes) as decimal(18, 4)) as median_first_reply_minutes,
        cast(median(resolution_minutes) as decimal(18, 4)) as median_resolution_minutes,
        count(*) as count_of_tickets,
        count(*) filter (where is_open) as count_of_open_tickets,
        count(solved_at) as count_of_solved_tickets,
        count(*) filter (where count_of_reopens > 0) as count_of_reopened_tickets,
        count(*) filter (where is_escalated) as count_of_escalated_tickets,
        count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
        count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets
    from tickets
    group by month, known_channel, known_team

)

select
    *,
    cast(
        count_of_satisfied_tickets
        / nullif(count_of_satisfied_tickets + count_of_dissatisfied_tickets, 0) as decimal(18, 4)
    ) as satisfaction_share
from aggregated
