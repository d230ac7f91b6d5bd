-- One row per day of forecast and deal that was open on it: as_of, and the last days of the 12 months before; a deal
-- without a day of creation is known to be open on as_of alone. The chance is the won share of 10 deals or more that
-- had been open as long as this one is: of mature ones first, of its stage before its pipeline, and of the age next to
-- its own.
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

    select * from {{ ref('int_stage_outcomes') }}
    where count_of_decided >= 10

),

open_deals as (

    select
        days.forecast_date,
        deals.deal_id,
        deals.source,
        deals.outcome,
        deals.value_amount,
        deals.is_overdue,
        staged.stage,
        coalesce({{ dbt.datediff('deals.created_at', 'days.forecast_date', 'day') }}, 0) as age,
        coalesce(deals.pipeline, 'default') as pipeline
    from days
    inner join deals
        on
            days.forecast_date >= coalesce(cast(deals.created_at as date), {{ as_of_date() }})
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
            staged.stage nulls last
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
    open_deals.is_overdue,
    open_deals.age,
    shares.stage as stage_of_chance,
    shares.least_age,
    shares.count_of_decided,
    {{ quotient('shares.count_of_won', 'shares.count_of_decided', 'decimal(9, 8)') }} as chance
from open_deals
left join shares
    on
        open_deals.forecast_date = shares.forecast_date
        and open_deals.source = shares.source
        and open_deals.pipeline = shares.pipeline
        and (open_deals.stage = shares.stage or shares.stage is null)
        and open_deals.age >= shares.least_age
qualify row_number() over (
    partition by open_deals.forecast_date, open_deals.deal_id
    order by shares.is_mature desc, shares.stage nulls last, shares.least_age desc
) = 1
