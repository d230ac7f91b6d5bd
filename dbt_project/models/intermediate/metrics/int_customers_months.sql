-- One row per customer and calendar month (UTC) with at least one sale up to as_of, and the first such month.
with

months as (

    select
        customer_id,
        cast(date_trunc('month', ordered_at) as date) as month,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
        count(*) as count_of_orders
    from {{ ref('int_orders_priced') }}
    where
        customer_id is not null
        and is_sale
        and cast(ordered_at as date) <= {{ as_of_date() }}
    group by customer_id, cast(date_trunc('month', ordered_at) as date)

),

dated as (

    select
        *,
        min(month) over (partition by customer_id) as cohort_month,
        lag(month) over (partition by customer_id order by month) as month_before
    from months

)

select
    customer_id,
    month,
    cohort_month,
    count_of_orders,
    net_revenue,
    {{ dbt.datediff('cohort_month', 'month', 'month') }}
        as months_since,
    coalesce(month_before = month - interval 1 month, false) as is_retained
from dated
