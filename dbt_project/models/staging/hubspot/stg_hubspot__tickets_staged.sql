-- A stage says whether it closes a ticket; one that its pipeline does not know any more says nothing, and the date
-- decides.
{{ config(materialized='view') }}

with tickets as (

    select * from {{ ref('stg_hubspot__tickets') }}

),

stages as (

    select * from {{ ref('stg_hubspot__ticket_stages') }}
    where not is_deleted

)

select
    tickets.* {{ without('pipeline, stage, closed_at') }},
    lower(coalesce(stages.stage_label, tickets.stage)) as status,
    case when coalesce(stages.is_closed, true) then tickets.closed_at end as solved_at,
    coalesce(stages.is_closed, tickets.closed_at is not null) as is_closed
from tickets
left join stages
    on
        tickets.source = stages.source
        and tickets.pipeline = stages.pipeline
        and tickets.stage = stages.stage
