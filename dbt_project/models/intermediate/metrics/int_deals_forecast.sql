-- One row per day of forecast and deal that was open on it: as_of, and the last days of the 12 months before. The
-- chance is the share that was won of the deals decided by that day that had ever stood in the deal's stage, or, with
-- fewer than 10 of them, of all deals decided in its pipeline; with fewer than 10 of these there is none.
with

days as (

    select * from {{ ref('int_forecast_days') }}

),

deals as (

    select * from {{ ref('int_deals_valued') }}

),

staged as (

    select * from {{ ref('int_deals_staged') }}

),

shares as (

    select * from {{ ref('int_stages_decided') }}
    where count_of_decided >= 10

),

open_deals as (

    select
        days.forecast_date,
        deals.deal_id,
        deals.source,
        deals.outcome,
        deals.value_amount,
        staged.stage,
        coalesce(deals.pipeline, 'default') as pipeline
    from days
    inner join deals
        on
            days.forecast_date >= cast(deals.created_at as date)
            and (deals.closed_on is null or days.forecast_date < deals.closed_on)
    left join staged
        on
            deals.deal_id = staged.deal_id
            and days.forecast_date >= coalesce(
                cast(staged.entered_at as date), case when staged.is_current then {{ as_of_date() }} end
            )
    qualify row_number() over (
        partition by days.forecast_date, deals.deal_id
        order by
            staged.is_current and days.forecast_date = {{ as_of_date() }} desc,
            staged.entered_at desc nulls last,
            staged.stage
    ) = 1

)

select
    open_deals.forecast_date,
    open_deals.deal_id,
    open_deals.source,
    open_deals.pipeline,
    open_deals.stage,
    open_deals.outcome,
    open_deals.value_amount,
    shares.stage as stage_of_chance,
    shares.count_of_decided,
    cast(shares.count_of_won / shares.count_of_decided as decimal(9, 8)) as chance
from open_deals
left join shares
    on
        open_deals.forecast_date = shares.forecast_date
        and open_deals.source = shares.source
        and open_deals.pipeline = shares.pipeline
        and (open_deals.stage = shares.stage or shares.stage is null)
qualify row_number() over (
    partition by open_deals.forecast_date, open_deals.deal_id
    order by shares.stage nulls last
) = 1
