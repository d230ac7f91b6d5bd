-- What campaigns claim is what transactions attribute to campaigns that exist. Fails with one row that shows both.
with

campaigns as (

    select
        coalesce(sum(count_of_attributed_purchases), 0) as count_of_purchases,
        coalesce(sum(attributed_revenue), 0) as net_revenue
    from {{ ref('campaign_performance') }}

),

purchases as (

    select
        count(*) as count_of_purchases,
        coalesce(sum(purchases.net_revenue), 0) as net_revenue
    from {{ ref('transactions') }} as purchases
    inner join {{ ref('campaign_performance') }} as campaigns
        on purchases.attributed_campaign_id = campaigns.campaign_id

)

select
    campaigns.count_of_purchases as claimed_purchases,
    purchases.count_of_purchases as attributed_purchases,
    campaigns.net_revenue as claimed_revenue,
    purchases.net_revenue as attributed_revenue
from campaigns
cross join purchases
where
    campaigns.count_of_purchases != purchases.count_of_purchases
    or campaigns.net_revenue != purchases.net_revenue
