-- One row per month of opening (UTC), channel and team.
with

tickets as (

    select
        *,
        cast(date_trunc('month', created_at) as date) as month
    from {{ ref('tickets') }}

)

select
    month,
    channel,
    team_id,
    {{ service_measures() }}
from tickets
group by month, channel, team_id
