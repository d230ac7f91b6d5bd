-- One row per campaign that at least one purchase, or a part of one, is attributed to: its part of their revenue, the
-- purchases of which it has the largest part, and the customers whose first one is among them, with what they have
-- brought since and are to bring.
with

purchases as (

    select * from {{ ref('int_purchases') }}

),

parts as (

    select
        attributions.campaign_id,
        attributions.transaction_id,
        attributions.is_main,
        purchases.is_told_by_order,
        purchases.net_revenue,
        cast(purchases.net_revenue * attributions.share as decimal(18, 4)) as part
    from {{ ref('int_purchases_attributed') }} as attributions
    inner join purchases
        on attributions.transaction_id = purchases.transaction_id

),

-- The largest part is what the others leave, so that all of them are the purchase.
attributions as (

    select
        *,
        case
            when is_main
                then net_revenue - coalesce(sum(part) filter (where not is_main) over (partition by transaction_id), 0)
            else part
        end as revenue
    from parts

),

first_purchases as (

    select
        customer_id,
        min({{ packed(['purchased_at', 'transaction_id']) }}).transaction_id as transaction_id
    from purchases
    where
        is_sale
        and customer_id is not null
    group by customer_id

),

customers as (

    select
        first_purchases.transaction_id,
        purchased.net_revenue,
        worth.predicted_value
    from first_purchases
    inner join {{ ref('int_customers_orders') }} as purchased
        on first_purchases.customer_id = purchased.customer_id
    left join {{ ref('customer_value') }} as worth
        on first_purchases.customer_id = worth.customer_id

)

select
    attributions.campaign_id,
    cast(sum(attributions.revenue) as decimal(18, 4)) as attributed_revenue,
    {{ measured_sum('customers.net_revenue', 'customers.transaction_id is not null') }} as won_customers_revenue,
    cast(sum(customers.predicted_value) as decimal(18, 4)) as won_customers_predicted_value,
    count(*) filter (where attributions.is_told_by_order and attributions.is_main) as count_of_attributed_orders,
    count(*) filter (where attributions.is_main) as count_of_attributed_purchases,
    count(attributions.net_revenue) filter (where attributions.is_main) as count_of_attributed_purchases_measured,
    count(customers.transaction_id) as count_of_customers_won
from attributions
left join customers
    on
        attributions.transaction_id = customers.transaction_id
        and attributions.is_main
group by attributions.campaign_id
