-- One row per customer with at least one purchase: the rhythm of the days of purchase, learnt from the customer's own. Months
-- lie on a circle, so that December is next to January; a season is where three quarters of the way they point to one side.
with

days as (

    select distinct
        customer_id,
        purchase_date
    from {{ ref('int_purchases') }}
    where
        is_sale
        and customer_id is not null
        and purchase_date is not null

),

spaced as (

    select
        *,
        lag(purchase_date) over (partition by customer_id order by purchase_date nulls last) as date_before,
        2 * pi() * (extract(month from purchase_date) - 1) / 12 as angle
    from days

),

measured as (

    select
        *,
        {{ dbt.datediff('date_before', 'purchase_date', 'day') }}
            as days_between
    from spaced

),

everybody as (

    select percentile_cont(0.9) within group (order by days_between) as usual_days from measured

)

select
    customer_id,
    cast(max(everybody.usual_days) as bigint) as usual_days_of_all,
    count(days_between) as count_of_intervals,
    cast(median(days_between) as decimal(18, 4)) as median_days_between_purchases,
    count(*) >= 3
    and count(distinct extract(year from purchase_date)) >= 2
    and sqrt(power(avg(cos(angle)), 2) + power(avg(sin(angle)), 2)) >= 0.75 as is_seasonal
from measured
cross join everybody
group by customer_id
