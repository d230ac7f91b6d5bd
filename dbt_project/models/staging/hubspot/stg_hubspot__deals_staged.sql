{{ config(materialized='view') }}

with deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

stages as (

    select * from {{ ref('stg_hubspot__pipeline_stages') }}
    where not is_deleted

),

staged as (

    select
        deals.* {{ without('probability, is_closed, is_won') }},
        stages.stage_label,
        stages.stage_order,
        coalesce(deals.probability, stages.probability) as probability,
        coalesce(deals.is_closed, stages.is_closed) as is_closed,
        coalesce(deals.is_won, stages.is_closed and stages.probability = 1) as is_won
    from deals
    left join stages
        on
            deals.source = stages.source
            and deals.pipeline = stages.pipeline
            and deals.stage = stages.stage

)

select
    *,
    case when is_closed then close_at end as closed_at,
    case when not coalesce(is_closed, false) then close_at end as expected_close_at
from staged
