-- One row per campaign that at least one purchase is attributed to: the purchases, and the customers whose first
-- purchase it is, with what they have brought since and are to bring.
with

attributions as (

    select * from {{ ref('int_purchases_attributed') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

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
    cast(sum(purchases.net_revenue) as decimal(18, 4)) as attributed_revenue,
    {{ measured_sum('customers.net_revenue', 'customers.transaction_id is not null') }} as won_customers_revenue,
    cast(sum(customers.predicted_value) as decimal(18, 4)) as won_customers_predicted_value,
    count(*) filter (where purchases.is_told_by_order) as count_of_attributed_orders,
    count(*) as count_of_attributed_purchases,
    count(purchases.net_revenue) as count_of_attributed_purchases_measured,
    count(customers.transaction_id) as count_of_customers_won
from attributions
inner join purchases
    on attributions.transaction_id = purchases.transaction_id
left join customers
    on attributions.transaction_id = customers.transaction_id
group by attributions.campaign_id
