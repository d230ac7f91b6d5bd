-- One row per month of opening (UTC), channel and team.
with

tickets as (

    select
        *,
        cast(date_trunc('month', created_at) as date) as month,
        coalesce(channel, 'unknown') as known_channel,
        coalesce(team_id, 'unassigned') as known_team
    from {{ ref('tickets') }}

)

select
    month,
    known_channel as channel,
    known_team as team_id,
    {{ service_measures() }}
from tickets
group by month, known_channel, known_team
