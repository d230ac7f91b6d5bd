-- Cohorts, regions and months of activity come to the same customers and the same revenue as the customers themselves;
-- RFM and value to those of the customers who purchased.
-- Fails with one row per sum that does not.
with

early as (

    select
        corrections.customer_id,
        sum(corrections.net_revenue) as net_revenue,
        sum(corrections.net_revenue) filter (
            where date_trunc('month', corrections.purchase_date) < date_trunc('month', purchases.first_purchase_date)
        ) as net_revenue_of_months
    from {{ ref('int_purchases') }} as corrections
    inner join {{ ref('int_customers_purchases') }} as purchases
        on
            corrections.customer_id = purchases.customer_id
            and corrections.purchase_date < purchases.first_purchase_date
    where corrections.is_correction
    group by corrections.customer_id

),

buyers as (

    select
        count(*) as count_of_customers,
        coalesce(sum(orders.net_revenue), 0) as net_revenue,
        coalesce(sum(purchases.sales_revenue), 0) as sales_revenue,
        -- What was taken back before anything was bought is nobody's worth.
        coalesce(sum(early.net_revenue), 0) as early_revenue,
        -- A cohort begins with the month of its first purchase.
        coalesce(sum(early.net_revenue_of_months), 0) as revenue_before_cohorts
    from {{ ref('int_customers_purchases') }} as purchases
    inner join {{ ref('int_customers_orders') }} as orders
        on purchases.customer_id = orders.customer_id
    left join early
        on purchases.customer_id = early.customer_id

),

customers as (

    select
        count(*) as count_of_customers,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('customer_360') }}

),

cohorts as (

    select
        coalesce(sum(count_of_customers) filter (where months_since = 0), 0) as count_of_customers,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('retention_cohorts') }}

),

months as (

    select
        coalesce(sum(count_of_new_customers), 0) as count_of_customers,
        coalesce(sum(net_revenue), 0) as net_revenue,
        count(*) filter (where count_of_new_customers != count_of_customers_won or count_of_active_at_start < 0)
            as count_of_wrong_months
    from {{ ref('retention_by_month') }}

),

regions as (

    select
        coalesce(sum(count_of_customers), 0) as count_of_customers,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('customers_by_region') }}

)

select 'cohorts' as counted
from cohorts
cross join buyers
where
    cohorts.count_of_customers != buyers.count_of_customers
    or cohorts.net_revenue != buyers.net_revenue - buyers.revenue_before_cohorts
union all
select 'months' as counted
from months
cross join buyers
cross join customers
where
    months.count_of_customers != buyers.count_of_customers
    or months.net_revenue != customers.net_revenue
    or months.count_of_wrong_months > 0
union all
select 'regions' as counted
from regions
cross join customers
where regions.count_of_customers != customers.count_of_customers or regions.net_revenue != customers.net_revenue
union all
select 'values' as counted
from buyers
where buyers.net_revenue - buyers.early_revenue != buyers.sales_revenue
