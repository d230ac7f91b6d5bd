-- The same revenue by month, by order, and by customer plus the anonymous part; likewise the number of
-- orders. Fails with one row that shows the sums if any two differ.
with

months as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(net_revenue_anonymous), 0) as net_revenue_anonymous,
        coalesce(sum(count_of_orders), 0) as count_of_orders,
        coalesce(sum(count_of_orders_anonymous), 0) as count_of_orders_anonymous
    from {{ ref('revenue_by_month') }}

),

orders as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        count(*) filter (where is_sale) as count_of_orders
    from {{ ref('orders') }}

),

customers as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(count_of_orders), 0) as count_of_orders
    from {{ ref('customer_360') }}

)

select
    months.net_revenue as by_month,
    orders.net_revenue as by_order,
    months.count_of_orders,
    customers.net_revenue + months.net_revenue_anonymous as by_customer
from months
cross join orders
cross join customers
where
    months.net_revenue != orders.net_revenue
    or months.gross_revenue != orders.gross_revenue
    or months.net_revenue != customers.net_revenue + months.net_revenue_anonymous
    or months.count_of_orders != orders.count_of_orders
    or months.count_of_orders != customers.count_of_orders + months.count_of_orders_anonymous
