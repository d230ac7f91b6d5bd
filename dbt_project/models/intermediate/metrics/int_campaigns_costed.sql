-- One row per campaign that still exists, with its cost in the base currency: what campaign_costs says, else what its
-- source states. In a currency without a rate on the day there is no cost.
with

campaigns as (

    select * from {{ ref('int_campaigns_unioned') }}
    where not is_deleted

),

expenses as (

    select
        campaigns.campaign_id,
        costs.cost,
        coalesce(costs.currency, '{{ var("base_currency") }}') as currency,
        cast(coalesce(costs.spent_on, cast(campaigns.sent_at as date)) as date) as spent_on,
        true as is_given
    from campaigns
    inner join {{ ref('campaign_costs') }} as costs
        on
            campaigns.source = costs.source
            and costs.campaign in (campaigns.source_id, campaigns.name)
    union all
    select
        campaign_id,
        cost,
        coalesce(currency, '{{ var("base_currency") }}') as currency,
        cast(sent_at as date) as spent_on,
        false as is_given
    from campaigns
    where cost is not null

),

valued as (

    select
        expenses.campaign_id,
        expenses.is_given,
        cast(expenses.cost * {{ rate_of('expenses.currency', 'rates.rate') }} as decimal(18, 4)) as cost
    from expenses
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on
            expenses.currency = rates.currency
            and expenses.spent_on = rates.rate_date

)

select
    campaign_id,
    is_given,
    -- A sum with a part that has no rate is not known.
    case when count(*) = count(cost) then cast(sum(cost) as decimal(18, 4)) end as cost
from valued
group by campaign_id, is_given
qualify row_number() over (partition by campaign_id order by is_given desc) = 1
