-- One row per day of forecast, pipeline and stage: the deals decided by that day that had ever stood in it. Without a
-- stage: all deals decided in the pipeline.
with

days as (

    select * from {{ ref('int_forecast_days') }}

),

deals as (

    select * from {{ ref('int_deals_valued') }}

),

staged as (

    select * from {{ ref('int_deals_staged') }}

)

select
    days.forecast_date,
    staged.source,
    staged.pipeline,
    staged.stage,
    count(*) as count_of_decided,
    count(*) filter (where staged.outcome = 'won') as count_of_won
from days
inner join staged
    on
        days.forecast_date >= staged.closed_on
        and staged.is_dated
group by days.forecast_date, staged.source, staged.pipeline, staged.stage
union all
select
    days.forecast_date,
    deals.source,
    coalesce(deals.pipeline, 'default') as pipeline,
    cast(null as string) as stage,
    count(*) as count_of_decided,
    count(*) filter (where deals.outcome = 'won') as count_of_won
from days
inner join deals
    on days.forecast_date >= deals.closed_on
group by days.forecast_date, deals.source, coalesce(deals.pipeline, 'default')
