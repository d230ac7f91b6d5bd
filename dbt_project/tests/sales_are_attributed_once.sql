-- What campaigns claim is what orders attribute to campaigns that exist. Fails with one row that shows both.
with

campaigns as (

    select
        coalesce(sum(count_of_attributed_orders), 0) as count_of_orders,
        coalesce(sum(attributed_revenue), 0) as net_revenue
    from {{ ref('campaign_performance') }}

),

orders as (

    select
        count(*) as count_of_orders,
        coalesce(sum(orders.net_revenue), 0) as net_revenue
    from {{ ref('orders') }} as orders
    inner join {{ ref('campaign_performance') }} as campaigns
        on orders.attributed_campaign_id = campaigns.campaign_id

)

select
    campaigns.count_of_orders as claimed_orders,
    orders.count_of_orders as attributed_orders,
    campaigns.net_revenue as claimed_revenue,
    orders.net_revenue as attributed_revenue
from campaigns
cross join orders
where
    campaigns.count_of_orders != orders.count_of_orders
    or campaigns.net_revenue != orders.net_revenue
