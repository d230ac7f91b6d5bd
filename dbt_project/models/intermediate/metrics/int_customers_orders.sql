-- One row per customer with at least one order: what the customer bought, up to as_of.
-- A purchase is a sale that is not cancelled; corrections count in revenue, not in the number of orders.
with

orders as (

    select
        *,
        is_sale
        and cast(ordered_at as date) > {{ as_of_date() }} - interval 12 month
        and cast(ordered_at as date) <= {{ as_of_date() }} as is_sale_of_last_12_months,
        cast(ordered_at as date) > {{ as_of_date() }} - interval 365 day
        and cast(ordered_at as date) <= {{ as_of_date() }} as is_of_last_365_days,
        cast(ordered_at as date) > {{ as_of_date() }} - interval 90 day
        and cast(ordered_at as date) <= {{ as_of_date() }} as is_of_last_90_days,
        cast(ordered_at as date) > {{ as_of_date() }} - interval 180 day
        and cast(ordered_at as date) <= {{ as_of_date() }} - interval 90 day as is_of_the_90_days_before,
        case when is_sale then coalesce(discount_amount, 0) * exchange_rate else 0 end as discount_value
    from {{ ref('int_orders_priced') }}
    where customer_id is not null

),

aggregated as (

    select
        customer_id,
        cast(sum(gross_revenue) as decimal(18, 4)) as gross_revenue,
        cast(sum(refunded_revenue) as decimal(18, 4)) as refunded_revenue,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
        cast(sum(discount_value) as decimal(18, 4)) as discount_value,
        cast(coalesce(sum(net_revenue) filter (where is_of_last_365_days), 0) as decimal(18, 4))
            as net_revenue_last_365_days,
        count(*) filter (where is_sale) as count_of_orders,
        count(*) filter (where exchange_rate is null) as count_of_orders_without_rate,
        count(*) filter (where is_sale and exchange_rate is not null) as count_of_priced_orders,
        count(*) filter (where is_sale and is_of_last_365_days) as count_of_orders_last_365_days,
        count(*) filter (where is_sale and is_of_last_90_days) as count_of_orders_last_90_days,
        count(*) filter (where is_sale and is_of_the_90_days_before) as count_of_orders_90_days_before,
        count(*) filter (where discount_value > 0) as count_of_discounted_orders,
        min(ordered_at) filter (where is_sale) as first_order_at,
        max(ordered_at) filter (where is_sale) as last_order_at,
        count(distinct date_trunc('month', ordered_at)) filter (where is_sale_of_last_12_months)
            as count_of_order_months_last_12
    from orders
    group by customer_id

),

dated as (

    select
        *,
        cast(first_order_at as date) as first_date,
        cast(last_order_at as date) as last_date,
        {{ as_of_date() }} as as_of_date
    from aggregated

),

remembered as (

    select
        *,
        {{ next_anniversary('first_date', 'as_of_date') }} as next_order_anniversary
    from dated

)

select
    *,
    {{ dbt.datediff('as_of_date', 'next_order_anniversary', 'day') }}
        as days_to_order_anniversary,
    cast(net_revenue / nullif(count_of_priced_orders, 0) as decimal(18, 4)) as average_order_value,
    {{ dbt.datediff('first_date', 'as_of_date', 'day') }}
        as days_since_first_order,
    {{ dbt.datediff('last_date', 'as_of_date', 'day') }}
        as days_since_last_order,
    cast(discount_value / nullif(discount_value + gross_revenue, 0) as decimal(18, 4)) as discount_share
from remembered
