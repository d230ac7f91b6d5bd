-- One row per month of opening (UTC) and agent.
with

tickets as (

    select
        *,
        cast(date_trunc('month', created_at) as date) as month
    from {{ ref('tickets') }}

)

select
    month,
    agent_id,
    max(agent_name) as agent_name,
    {{ service_measures() }}
from tickets
group by month, agent_id
