-- One row per day of forecast, pipeline, stage and age: the deals decided by that day that had ever stood in the stage
-- and had still been open at that age (days). Without a stage: all deals of the pipeline. Mature are those made so long
-- before the day that nine in ten of the pipeline's wins had come by then: losses come faster, and of young deals only
-- they are known.
{% set ages = [0, 14, 30, 60, 120, 240, 480] %}

with

closed as (

    select
        days.forecast_date,
        deals.source,
        deals.deal_id,
        deals.outcome,
        coalesce(deals.pipeline, 'default') as pipeline,
        {{ dbt.datediff('deals.created_at', 'days.forecast_date', 'day') }}
            as days_since_made,
        coalesce({{ dbt.datediff('deals.created_at', 'deals.closed_on', 'day') }}, 0) as days_to_close
    from {{ ref('int_forecast_days') }} as days
    inner join {{ ref('int_deals_valued') }} as deals
        on days.forecast_date >= deals.closed_on

),

horizons as (

    select
        forecast_date,
        source,
        pipeline,
        percentile_cont(0.9) within group (order by days_to_close) as usual_days
    from closed
    where outcome = 'won'
    group by forecast_date, source, pipeline

),

decided as (

    select
        closed.*,
        coalesce(closed.days_since_made >= horizons.usual_days, false) as is_mature
    from closed
    left join horizons
        on
            closed.forecast_date = horizons.forecast_date
            and closed.source = horizons.source
            and closed.pipeline = horizons.pipeline

),

ever as (

    select
        decided.*,
        staged.stage
    from decided
    inner join {{ ref('int_deals_staged') }} as staged
        on decided.deal_id = staged.deal_id
    where staged.is_dated
    union all
    select
        decided.*,
        cast(null as string) as stage
    from decided

)

{% for age in ages -%}
{% for mature in [true, false] -%}
select
    forecast_date,
    source,
    pipeline,
    stage,
    {{ mature | lower }} as is_mature,
    {{ age }} as least_age,
    count(*) as count_of_decided,
    count(*) filter (where outcome = 'won') as count_of_won
from ever
where
    days_to_close >= {{ age }}
    and is_mature in (true, {{ mature | lower }})
group by forecast_date, source, pipeline, stage
{{ 'union all' if not (loop.last and age == 480) }}
{% endfor %}
{%- endfor %}
