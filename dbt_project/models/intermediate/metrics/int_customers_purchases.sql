-- One row per customer with at least one purchase up to as_of: what RFM and the value models need to know of it. For
-- them a purchase is a day with at least one sale. A correction takes back from the last such day before it, so that
-- nobody is worth what was cancelled.
with

purchases as (

    select
        customer_id,
        is_sale,
        net_revenue,
        max(case when is_sale then purchase_date end) over (
            partition by customer_id order by purchase_date nulls last range between unbounded preceding and current row
        ) as purchase_date
    from {{ ref('int_purchases') }}
    where
        customer_id is not null
        and (is_sale or is_correction)
        and purchase_date is not null

),

days as (

    select
        customer_id,
        purchase_date,
        count(*) filter (where is_sale) as count_of_sales,
        sum(net_revenue) as measured_revenue,
        coalesce(sum(net_revenue), 0) as day_revenue
    from purchases
    where purchase_date is not null
    group by customer_id, purchase_date

),

spans as (

    select
        customer_id,
        count(*) - 1 as count_of_repeats,
        cast(sum(count_of_sales) as bigint) as count_of_sales,
        cast(sum(measured_revenue) as decimal(18, 4)) as sales_revenue,
        min(purchase_date) as first_date,
        max(purchase_date) as last_date,
        {{ as_of_date() }} as as_of_date,
        sum(day_revenue) - min_by(day_revenue, purchase_date) filter (where day_revenue is not null) as repeat_revenue
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
    {{ quotient('repeat_revenue', 'nullif(count_of_repeats, 0)') }} as average_repeat_revenue,
    {{ dbt.datediff('first_date', 'last_date', 'day') }}
        as days_to_last_purchase,
    {{ dbt.datediff('first_date', 'as_of_date', 'day') }}
        as days_observed,
    {{ dbt.datediff('last_date', 'as_of_date', 'day') }}
        as recency_days
from spans
