-- A deal that is won stays in the stage in which it was won; that it is won is its last stage here, as elsewhere.
{{ config(materialized='view') }}

with deals as (

    select * from {{ ref('stg_pipedrive__deals') }}

),

stages as (

    select * from {{ ref('stg_pipedrive__stages') }}

)

select
    deals.* {{ without('probability') }},
    case when deals.is_won then 'Won' else stages.stage_label end as stage_label,
    stages.stage_order,
    case
        when deals.is_won then cast(1 as decimal(18, 4))
        when deals.is_closed then cast(0 as decimal(18, 4))
        else coalesce(deals.probability, stages.probability)
    end as probability
from deals
left join stages
    on
        deals.source = stages.source
        and deals.stage = stages.stage
