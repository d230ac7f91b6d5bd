-- Customers and revenue of an exclusive dimension whose last segment takes every customer that is left come to those of
-- customer_360; of any other exclusive dimension they come to no more customers. Fails with one row per dimension.
with

dimensions as (

    select
        dimension,
        max_by(rule, position) like 'every customer%' as is_complete
    from {{ ref('segments') }}
    where is_on
    group by dimension
    having bool_or(is_exclusive)

),

summed as (

    select
        dimension,
        sum(count_of_customers) as count_of_customers,
        sum(net_revenue) as net_revenue
    from {{ ref('segment_summary') }}
    group by dimension

),

customers as (

    select
        count(*) as count_of_customers,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('customer_360') }}

)

select
    dimensions.dimension,
    summed.count_of_customers,
    customers.count_of_customers as count_of_all_customers,
    summed.net_revenue,
    customers.net_revenue as net_revenue_of_all_customers
from dimensions
inner join summed
    on dimensions.dimension = summed.dimension
cross join customers
where
    summed.count_of_customers > customers.count_of_customers
    or (
        dimensions.is_complete
        and (
            summed.count_of_customers != customers.count_of_customers
            or summed.net_revenue != customers.net_revenue
        )
    )
