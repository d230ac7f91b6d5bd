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

expected as (

    select
        customers.*,
        fits.purchases_reason,
        fits.spending_reason,
        predicted.probability_alive,
        predicted.expected_purchases,
        predicted.expected_purchases_low,
        predicted.expected_purchases_high,
        fits.p * (fits.v + customers.valued_revenue)
        / (fits.p * customers.count_of_valued_repeats + fits.q - 1) as expected_purchase_value,
        predicted.value_scale_low * (fits.v + customers.valued_revenue) as predicted_value_low,
        predicted.value_scale_high * (fits.v + customers.valued_revenue) as predicted_value_high
    from customers
    cross join fits
    left join predicted
        on
            customers.count_of_repeats = predicted.count_of_repeats
            and customers.days_to_last_purchase = predicted.days_to_last_purchase
            and customers.days_observed = predicted.days_observed
            and customers.count_of_valued_repeats = predicted.count_of_valued_repeats

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
    -- Where most futures bring nothing the mean lies above nine of ten of them: the interval is widened to hold it.
    least(expected_purchases_low, cast(floor(expected_purchases) as bigint)) as expected_purchases_low,
    greatest(expected_purchases_high, cast(ceil(expected_purchases) as bigint)) as expected_purchases_high,
    cast(expected_purchase_value as decimal(18, 4)) as expected_purchase_value,
    cast(expected_purchases * expected_purchase_value as decimal(18, 4)) as predicted_value,
    cast(least(predicted_value_low, expected_purchases * expected_purchase_value) as decimal(18, 4))
        as predicted_value_low,
    cast(greatest(predicted_value_high, expected_purchases * expected_purchase_value) as decimal(18, 4))
        as predicted_value_high,
    coalesce(purchases_reason, spending_reason) as unpredicted_because,
    '{{ var("base_currency") }}' as currency,
    as_of_date
from expected
