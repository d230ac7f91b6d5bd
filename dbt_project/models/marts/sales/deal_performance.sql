-- One row per month of closing (UTC), pipeline and owner: the deals won and lost, their size and how long they took.
with

deals as (

    select
        deals.source,
        deals.owner_id,
        owners.name as owner_name,
        deals.value_amount,
        cast(date_trunc('month', deals.closed_on) as date) as month,
        coalesce(deals.pipeline, 'default') as pipeline,
        deals.outcome = 'won' as is_won,
        case when deals.outcome = 'won' then deals.cycle_days end as cycle_days
    from {{ ref('int_deals_valued') }} as deals
    left join {{ ref('int_owners_unioned') }} as owners
        on deals.owner_id = owners.owner_id
    where deals.outcome != 'open'

)

select
    month,
    source,
    {{ brand_of('source') }} as brand,
    pipeline,
    owner_id,
    max(owner_name) as owner_name,
    count(*) filter (where is_won) as count_of_won_deals,
    count(*) filter (where not is_won) as count_of_lost_deals,
    {{ quotient('count(*) filter (where is_won)', 'count(*)') }} as win_rate,
    cast(coalesce(sum(value_amount) filter (where is_won), 0) as decimal(18, 4)) as won_amount,
    cast(coalesce(sum(value_amount) filter (where not is_won), 0) as decimal(18, 4)) as lost_amount,
    {{ average('value_amount', 'is_won') }} as average_deal_size,
    cast(coalesce(sum(cycle_days), 0) as bigint) as sum_of_cycle_days,
    {{ average('cycle_days') }} as average_cycle_days,
    {{ middle('cycle_days') }} as median_cycle_days,
    '{{ var("base_currency") }}' as currency
from deals
group by month, source, pipeline, owner_id
