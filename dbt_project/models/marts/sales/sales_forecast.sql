-- One row per day of forecast, source and pipeline: as_of, and for the record the last days of the 12 months before.
with

summed as (

    select * from {{ ref('int_forecast_summed') }}

),

-- How far the record was off, in shares of what stood in it: eight in ten of three back-tests or more were no further.
misses as (

    select
        source,
        pipeline,
        percentile_cont(0.8) within group (order by abs(expected_amount - won_amount) / amount) as usual_miss
    from summed
    where
        is_backtest
        and amount > 0
    group by source, pipeline
    having count(*) >= 3

),

ranged as (

    select
        summed.*,
        greatest(
            1.2816 * summed.standard_error,
            case when not summed.is_backtest then coalesce(misses.usual_miss, 0) * summed.amount else 0 end
        ) as half_range
    from summed
    left join misses
        on
            summed.source = misses.source
            and summed.pipeline = misses.pipeline

),

bounded as (

    select
        * {{ without('half_range') }},
        cast(least(expected_amount + half_range, amount) as decimal(18, 4)) as expected_amount_high,
        case when amount is not null then cast(greatest(expected_amount - half_range, 0) as decimal(18, 4)) end
            as expected_amount_low
    from ranged

)

select
    *,
    {{ brand_of('source') }} as brand,
    '{{ var("base_currency") }}' as currency,
    cast(expected_amount - won_amount as decimal(18, 4)) as error_amount,
    {{ quotient('(expected_amount - won_amount)', 'nullif(won_amount, 0)') }} as error_rate,
    case when amount > 0 then won_amount between expected_amount_low and expected_amount_high end as is_within_range
from bounded
