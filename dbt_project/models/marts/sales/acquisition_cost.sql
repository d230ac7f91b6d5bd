-- One row per month in which a campaign was sent or cost something, or a customer was won: what a new customer cost.
with

spent as (

    select
        campaign_id,
        cast(date_trunc('month', day) as date) as month,
        -- A sum with a part that is not known is not known.
        case when count(*) = count(cost) then sum(cost) end as cost
    from {{ ref('campaign_costs_by_day') }}
    where
        day is not null
        and not {{ is_future('day') }}
    group by campaign_id, date_trunc('month', day)

),

sent as (

    select
        campaign_id,
        cast(date_trunc('month', sent_at) as date) as month,
        cost
    from {{ ref('campaign_performance') }}
    where
        sent_at is not null
        and not {{ is_future('sent_at') }}

),

-- A campaign whose cost is known cost nothing in the month in which it was sent, if it is told of other months only.
campaigns as (

    select
        coalesce(spent.month, sent.month) as month,
        sum(case when spent.campaign_id is not null then spent.cost when sent.cost is not null then 0 end) as cost,
        count(*) as count_of_campaigns,
        count(*) filter (where spent.cost is null and (spent.campaign_id is not null or sent.cost is null))
            as count_of_campaigns_without_cost
    from spent
    full join sent
        on
            spent.campaign_id = sent.campaign_id
            and spent.month = sent.month
    group by coalesce(spent.month, sent.month)

),

-- Customers who were won: by their first purchase.
won as (

    select
        customer_id,
        min(purchased_at) as won_at
    from {{ ref('int_purchases') }}
    where
        is_sale
        and customer_id is not null
    group by customer_id

),

wins as (

    select
        cast(date_trunc('month', won_at) as date) as month,
        count(*) as count_of_new_customers
    from won
    group by date_trunc('month', won_at)

)

select
    coalesce(campaigns.month, wins.month) as month,
    coalesce(wins.count_of_new_customers, 0) as count_of_new_customers,
    coalesce(campaigns.count_of_campaigns, 0) as count_of_campaigns,
    coalesce(campaigns.count_of_campaigns_without_cost, 0) as count_of_campaigns_without_cost,
    cast(campaigns.cost as decimal(18, 4)) as campaign_cost,
    {{ quotient('campaigns.cost', 'nullif(wins.count_of_new_customers, 0)') }} as acquisition_cost,
    '{{ var("base_currency") }}' as currency
from campaigns
full join wins
    on campaigns.month = wins.month
