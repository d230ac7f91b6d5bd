-- One row per customer with at least one purchase: what it has been worth, and what it is expected to be worth in the
-- 365 days after as_of. Where a model could not be fitted there is a reason in place of its numbers.
with

customers as (

    select * from {{ ref('int_customers_purchases') }}

),

predicted as (

    select * from {{ ref('int_purchases_predicted') }}

),

fits as (

    select
        max(reason) filter (where model = 'BG/NBD') as purchases_reason,
        max(reason) filter (where model = 'Gamma-Gamma') as spending_reason,
        max(p) as p,
        max(q) as q,
        max(v) as v
    from {{ ref('int_value_fitted') }}

),

spending as (

    -- Refunds can leave nothing of the repeats' value: Gamma-Gamma then knows no more of the customer than the mean.
    select
        customers.*,
        fits.*,
        case when customers.average_repeat_revenue > 0 then customers.count_of_repeats else 0 end as count_of_valued,
        case when customers.average_repeat_revenue > 0 then customers.repeat_revenue else 0 end as valued_revenue
    from customers
    cross join fits

),

expected as (

    select
        spending.*,
        predicted.probability_alive,
        predicted.expected_purchases,
        predicted.expected_purchases_low,
        predicted.expected_purchases_high,
        spending.p * (spending.v + spending.valued_revenue)
        / (spending.p * spending.count_of_valued + spending.q - 1) as expected_purchase_value
    from spending
    left join predicted
        on
            spending.count_of_repeats = predicted.count_of_repeats
            and spending.days_to_last_purchase = predicted.days_to_last_purchase
            and spending.days_observed = predicted.days_observed

)

select
    customer_id,
    sales_revenue as historic_value,
    count_of_sales,
    count_of_repeats,
    first_purchase_date,
    last_purchase_date,
    days_observed,
    average_repeat_revenue,
    cast(probability_alive as decimal(18, 4)) as probability_alive,
    cast(expected_purchases as decimal(18, 4)) as expected_purchases,
    expected_purchases_low,
    expected_purchases_high,
    cast(expected_purchase_value as decimal(18, 4)) as expected_purchase_value,
    cast(expected_purchases * expected_purchase_value as decimal(18, 4)) as predicted_value,
    cast(expected_purchases_low * expected_purchase_value as decimal(18, 4)) as predicted_value_low,
    cast(expected_purchases_high * expected_purchase_value as decimal(18, 4)) as predicted_value_high,
    coalesce(purchases_reason, spending_reason) as unpredicted_because,
    '{{ var("base_currency") }}' as currency,
    as_of_date
from expected
