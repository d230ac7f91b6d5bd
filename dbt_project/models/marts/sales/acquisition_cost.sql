-- One row per month (UTC) in which a campaign was sent or a customer won: what a new customer cost.
with

campaigns as (

    select
        cast(date_trunc('month', sent_at) as date) as month,
        sum(cost) as cost,
        count(*) as count_of_campaigns,
        count(*) filter (where cost is null) as count_of_campaigns_without_cost
    from {{ ref('campaign_performance') }}
    where
        sent_at is not null
        and not {{ is_future('sent_at') }}
    group by date_trunc('month', sent_at)

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
