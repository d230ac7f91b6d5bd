-- One row per customer with at least one purchase up to as_of: what the value models need to know of it.
-- A purchase is a day with at least one sale that is not cancelled: sales of one day are one purchase.
with

days as (

    select
        customer_id,
        cast(ordered_at as date) as purchase_date,
        count(*) as count_of_sales,
        sum(coalesce(net_revenue, 0)) as day_revenue
    from {{ ref('int_orders_priced') }}
    where
        customer_id is not null
        and is_sale
        and cast(ordered_at as date) <= {{ as_of_date() }}
    group by customer_id, cast(ordered_at as date)

),

spans as (

    select
        customer_id,
        count(*) - 1 as count_of_repeats,
        cast(sum(count_of_sales) as bigint) as count_of_sales,
        cast(sum(day_revenue) as decimal(18, 4)) as sales_revenue,
        min(purchase_date) as first_date,
        max(purchase_date) as last_date,
        {{ as_of_date() }} as as_of_date,
        sum(day_revenue) - min_by(day_revenue, purchase_date) as repeat_revenue
    from days
    group by customer_id

)

select
    customer_id,
    count_of_repeats,
    count_of_sales,
    sales_revenue,
    first_date as first_purchase_date,
    last_date as last_purchase_date,
    as_of_date,
    repeat_revenue,
    -- Refunds can leave nothing of the repeats' value: Gamma-Gamma then knows no more of the customer than the mean.
    case when repeat_revenue > 0 then count_of_repeats else 0 end as count_of_valued_repeats,
    case when repeat_revenue > 0 then repeat_revenue else 0 end as valued_revenue,
    cast(repeat_revenue / nullif(count_of_repeats, 0) as decimal(18, 4)) as average_repeat_revenue,
    {{ dbt.datediff('first_date', 'last_date', 'day') }}
        as days_to_last_purchase,
    {{ dbt.datediff('first_date', 'as_of_date', 'day') }}
        as days_observed,
    {{ dbt.datediff('last_date', 'as_of_date', 'day') }}
        as recency_days
from spans
