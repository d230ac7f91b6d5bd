-- One row per customer and calendar month (UTC) up to as_of with at least one purchase, correction or refund of one,
-- and the month of the first purchase. A month of corrections and refunds only brings revenue, and is no month in which
-- the customer came.
with

months as (

    select
        customer_id,
        cast(date_trunc('month', booked_at) as date) as month,
        sum(net_revenue) as net_revenue,
        count(*) filter (where is_sale) as count_of_purchases,
        count(*) filter (where is_sale and is_told_by_order) as count_of_orders
    from {{ ref('int_revenue_booked') }}
    where
        customer_id is not null
        and (is_sale or is_correction or entry = 'refund')
        and booked_at is not null
    group by customer_id, cast(date_trunc('month', booked_at) as date)

),

came as (

    select
        customer_id,
        month,
        lag(month) over (partition by customer_id order by month nulls last) as month_before
    from months
    where count_of_purchases > 0

),

dated as (

    select
        months.*,
        came.month_before,
        min(came.month) over (partition by months.customer_id) as cohort_month
    from months
    left join came
        on
            months.customer_id = came.customer_id
            and months.month = came.month

)

select
    customer_id,
    month,
    cohort_month,
    count_of_purchases,
    count_of_orders,
    cast(net_revenue as decimal(18, 4)) as net_revenue,
    {{ dbt.datediff('cohort_month', 'month', 'month') }}
        as months_since,
    coalesce(month_before = month - interval 1 month, false) as is_retained
from dated
