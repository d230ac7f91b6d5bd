-- One row per day of forecast, source and pipeline: what the deals that were open on it come to, what was to be
-- expected of them and what came. Where no deal counts there is no amount, and a reason.
with

deals as (

    select
        *,
        forecast_date < {{ as_of_date() }} as is_backtest,
        forecast_date < {{ as_of_date() }} and outcome = 'open' as is_undecided,
        chance is null or value_amount is null as is_left_out,
        chance is not null
        and value_amount is not null
        and (forecast_date = {{ as_of_date() }} or outcome != 'open') as counts
    from {{ ref('int_deals_forecast') }}

),

-- The chance of a stage is itself estimated, and all deals of the stage share its error.
grouped as (

    select
        forecast_date,
        is_backtest,
        source,
        pipeline,
        count(*) as count_of_open_deals,
        count(*) filter (where is_overdue) as count_of_overdue,
        count(*) filter (where is_undecided) as count_of_undecided,
        count(*) filter (where is_left_out and not is_undecided) as count_of_left_out,
        count(*) filter (where chance is not null and not is_undecided) as count_of_foretold,
        sum(value_amount) filter (where counts) as amount,
        sum(value_amount * chance) filter (where counts) as expected_amount,
        sum(value_amount) filter (where counts and outcome = 'won') as won_amount,
        sum(cast(value_amount as double) * value_amount * chance * (1 - chance)) filter (where counts)
        + max(chance * (1 - chance) / count_of_decided) filter (where counts)
        * power(cast(sum(value_amount) filter (where counts) as double), 2) as variance
    from deals
    group by forecast_date, is_backtest, source, pipeline, stage_of_chance

),

summed as (

    select
        forecast_date,
        is_backtest,
        source,
        pipeline,
        cast(sum(count_of_open_deals) as bigint) as count_of_open_deals,
        cast(sum(count_of_overdue) as bigint) as count_of_overdue,
        cast(sum(count_of_undecided) as bigint) as count_of_undecided,
        cast(sum(count_of_left_out) as bigint) as count_of_left_out,
        cast(sum(amount) as decimal(18, 4)) as amount,
        cast(sum(expected_amount) as decimal(18, 4)) as expected_amount,
        cast(sqrt(sum(variance)) as decimal(18, 4)) as standard_error,
        case
            when sum(amount) is not null then null
            when sum(count_of_open_deals) = sum(count_of_undecided) then 'none decided since'
            when sum(count_of_foretold) = 0 then 'too few decided before'
            else 'no amounts'
        end as no_amount_because,
        case
            when is_backtest and sum(amount) is not null then cast(coalesce(sum(won_amount), 0) as decimal(18, 4))
        end as won_amount
    from grouped
    group by forecast_date, is_backtest, source, pipeline

)

select * from summed
