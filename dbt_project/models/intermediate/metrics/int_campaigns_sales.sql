-- One row per campaign that at least one sale is attributed to: the sales, and the customers whose first sale it is,
-- with what they have brought since and are to bring.
with

attributions as (

    select * from {{ ref('int_orders_attributed') }}

),

orders as (

    select * from {{ ref('int_orders_priced') }}

),

first_sales as (

    select
        customer_id,
        min({{ packed(['ordered_at', 'order_id']) }}).order_id as order_id
    from orders
    where
        is_sale
        and customer_id is not null
    group by customer_id

),

customers as (

    select
        first_sales.order_id,
        purchased.net_revenue,
        worth.predicted_value
    from first_sales
    inner join {{ ref('int_customers_orders') }} as purchased
        on first_sales.customer_id = purchased.customer_id
    left join {{ ref('customer_value') }} as worth
        on first_sales.customer_id = worth.customer_id

)

select
    attributions.campaign_id,
    cast(sum(orders.net_revenue) as decimal(18, 4)) as attributed_revenue,
    cast(coalesce(sum(customers.net_revenue), 0) as decimal(18, 4)) as won_customers_revenue,
    cast(sum(customers.predicted_value) as decimal(18, 4)) as won_customers_predicted_value,
    count(*) as count_of_attributed_orders,
    count(customers.order_id) as count_of_customers_won
from attributions
inner join orders
    on attributions.order_id = orders.order_id
left join customers
    on attributions.order_id = customers.order_id
group by attributions.campaign_id
