-- One row per campaign and day on which it cost something, or its ads were shown: the cost in the base currency at the
-- day's rate. What several tell is counted once: see told_by.
{% set measures, tellers = measures_of_ads(), tellers_of_costs() %}

with

campaigns as (

    select * from {{ ref('int_campaigns_unioned') }}
    where not is_deleted

),

names as (

    {{ names_of_campaigns('campaigns') }}

),

daily as (

    {{ daily_costs('names') }}

),

tellings as (

    {{ costs_told('campaigns', 'names', 'daily') }}

),

-- Of a campaign the csv speaks for all days. Without it those who tell days are asked, day by day: another source that
-- names the campaign before the campaign's own. Its cost in all counts where nobody tells days.
chosen as (

    select * from tellings
    qualify
        dense_rank() over (partition by campaign_id, day order by place nulls last, told_by nulls last) = 1
        and min(place) over (partition by campaign_id)
        in (place, case when place = {{ tellers.by_itself }} then {{ tellers.by_others }} end)

),

measured as (

    select * from daily
    where coalesce({{ measures | join(', ') }}) is not null
    qualify dense_rank() over (partition by campaign_id, day order by place nulls last, told_by nulls last) = 1

),

joined as (

    select
        chosen.campaign_id,
        chosen.day,
        chosen.told_by,
        true as is_cost,
        {{ 'null as ' ~ measures | join(', null as ') }},
        chosen.cost * {{ rate_of("coalesce(chosen.currency, '" ~ var('base_currency') ~ "')", 'rates.rate') }} as cost
    from chosen
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on
            chosen.currency = rates.currency
            and chosen.day = rates.rate_date
    union all
    select
        campaign_id,
        day,
        told_by,
        false as is_cost,
        {{ measures | join(', ') }},
        null as cost
    from measured

),

summed as (

    select
        campaign_id,
        day,
        coalesce(max(told_by) filter (where is_cost), max(told_by)) as told_by,
        -- A sum with a part that has no rate is not known. Whoever tells the campaign's costs, and none of this day,
        -- says 0.
        case
            when count(*) filter (where is_cost) = count(cost) then cast(coalesce(sum(cost), 0) as decimal(18, 4))
        end as cost,
        sum(count(*) filter (where is_cost)) over (partition by campaign_id) > 0 as is_cost_told,
        cast(sum(count_of_impressions) as bigint) as count_of_impressions,
        cast(sum(count_of_ad_clicks) as bigint) as count_of_ad_clicks,
        cast(sum(count_of_results) as decimal(18, 4)) as count_of_results
    from joined
    group by campaign_id, day

)

select
    summed.campaign_id,
    coalesce(campaigns.source, split_part(summed.campaign_id, ':', 1)) as source,
    {{ brand_of("coalesce(campaigns.source, split_part(summed.campaign_id, ':', 1))") }} as brand,
    campaigns.name,
    campaigns.channel,
    summed.day,
    summed.told_by,
    case when summed.is_cost_told then summed.cost end as cost,
    '{{ var("base_currency") }}' as currency,
    {{ measures | join(', ') }}
from summed
left join campaigns
    on summed.campaign_id = campaigns.campaign_id
