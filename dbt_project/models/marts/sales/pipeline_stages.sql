-- One row per source, pipeline and standard stage in which any deal ever stood.
{% set enough = 10 %}

with

staged as (

    select
        *,
        is_onward or is_lost_here as is_decided,
        {{ dbt.datediff('entered_at', as_of_date(), 'day') }}
            as days_until_now
    from {{ ref('int_deals_staged') }}

),

counted as (

    select
        source,
        pipeline,
        stage,
        max(stage_position) as stage_position,
        count(*) filter (where is_current) as count_of_open_deals,
        cast(coalesce(sum(value_amount) filter (where is_current), 0) as decimal(18, 4)) as open_amount,
        cast(coalesce(sum(weighted_amount) filter (where is_current), 0) as decimal(18, 4)) as weighted_amount,
        count(*) filter (where is_current and not is_dated) as count_of_undated_open_deals,
        {{ middle('days_until_now', 'is_current and is_dated') }} as median_days_open,
        count(*) as count_of_entered,
        count(*) filter (where is_onward) as count_of_onward,
        count(*) filter (where is_lost_here) as count_of_lost,
        {{ quotient('count(*) filter (where is_onward)', 'nullif(count(*) filter (where is_decided), 0)') }}
            as onward_rate,
        count(*) filter (where outcome = 'won') as count_of_won,
        {{ quotient(
            "count(*) filter (where outcome = 'won')",
            "nullif(count(*) filter (where outcome != 'open'), 0)"
        ) }} as win_rate,
        {{ average('days_in_stage') }} as average_days,
        {{ middle('days_in_stage') }} as median_days,
        count(*) filter (where is_decided) >= {{ enough }} as is_judged
    from staged
    group by source, pipeline, stage

),

compared as (

    select
        *,
        is_judged and median_days > 1.5 * avg(median_days) filter (where is_judged) over pipelines as is_slow,
        is_judged and onward_rate < 0.75 * avg(onward_rate) filter (where is_judged) over pipelines as is_leaky
    from counted
    window pipelines as (partition by source, pipeline)

)

select
    source,
    {{ brand_of('source') }} as brand,
    pipeline,
    stage,
    stage_position,
    count_of_open_deals,
    open_amount,
    weighted_amount,
    '{{ var("base_currency") }}' as currency,
    count_of_undated_open_deals,
    median_days_open,
    count_of_entered,
    count_of_onward,
    count_of_lost,
    onward_rate,
    count_of_won,
    win_rate,
    average_days,
    median_days,
    coalesce(is_slow or is_leaky, false) as is_bottleneck,
    case
        when is_slow and is_leaky then 'slow and leaky'
        when is_slow then 'slow'
        when is_leaky then 'leaky'
    end as bottleneck_because
from compared
