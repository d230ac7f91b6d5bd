-- One row per campaign that at least one sale is attributed to.
with

attributions as (

    select * from {{ ref('int_orders_attributed') }}

),

orders as (

    select * from {{ ref('int_orders_priced') }}

)

select
    attributions.campaign_id,
    cast(sum(orders.net_revenue) as decimal(18, 4)) as attributed_revenue,
    count(*) as count_of_attributed_orders
from attributions
inner join orders
    on attributions.order_id = orders.order_id
group by attributions.campaign_id
