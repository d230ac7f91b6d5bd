-- One row per cohort (the customers whose first purchase fell in a month) and month since, up to the month of as_of.
with

cohorts as (

    select
        cohort_month,
        count(*) as count_of_cohort_customers
    from {{ ref('int_customers_months') }}
    where month = cohort_month
    group by cohort_month

),

months as (

    select * from {{ ref('retention_by_month') }}

),

spans as (

    select
        cohorts.cohort_month,
        cohorts.count_of_cohort_customers,
        months.month,
        months.is_complete
    from cohorts
    inner join months
        on cohorts.cohort_month <= months.month

),

bought as (

    select
        cohort_month,
        month,
        cast(sum(count_of_purchases) as bigint) as count_of_purchases,
        cast(sum(count_of_orders) as bigint) as count_of_orders,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
        count(*) filter (where count_of_purchases > 0) as count_of_customers
    from {{ ref('int_customers_months') }}
    where cohort_month is not null
    group by cohort_month, month

)

select
    spans.cohort_month,
    spans.month,
    spans.count_of_cohort_customers,
    spans.is_complete,
    {{ dbt.datediff('spans.cohort_month', 'spans.month', 'month') }}
        as months_since,
    coalesce(bought.count_of_customers, 0) as count_of_customers,
    coalesce(bought.count_of_purchases, 0) as count_of_purchases,
    coalesce(bought.count_of_orders, 0) as count_of_orders,
    case when bought.month is not null then bought.net_revenue else 0 end as net_revenue,
    {{ quotient('coalesce(bought.count_of_customers, 0)', 'spans.count_of_cohort_customers') }} as retention_rate,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from spans
left join bought
    on
        spans.cohort_month = bought.cohort_month
        and spans.month = bought.month
