-- The same revenue by month, by transaction, and by customer plus the anonymous part; of orders, by order too. Likewise
-- the number of purchases and of orders. Fails with one row that shows the sums if any two differ.
with

months as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(net_revenue_anonymous), 0) as net_revenue_anonymous,
        coalesce(sum(net_revenue_of_orders), 0) as net_revenue_of_orders,
        coalesce(sum(count_of_purchases), 0) as count_of_purchases,
        coalesce(sum(count_of_purchases_anonymous), 0) as count_of_purchases_anonymous,
        coalesce(sum(count_of_orders), 0) as count_of_orders
    from {{ ref('revenue_by_month') }}

),

transactions as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        count(*) filter (where is_sale) as count_of_purchases
    from {{ ref('transactions') }}

),

orders as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        count(*) filter (where is_sale) as count_of_orders
    from {{ ref('orders') }}

),

customers as (

    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(count_of_purchases), 0) as count_of_purchases
    from {{ ref('customer_360') }}

)

select
    months.net_revenue as by_month,
    transactions.net_revenue as by_transaction,
    orders.net_revenue as by_order,
    months.net_revenue_of_orders,
    months.count_of_purchases,
    customers.net_revenue + months.net_revenue_anonymous as by_customer
from months
cross join transactions
cross join orders
cross join customers
where
    months.net_revenue != transactions.net_revenue
    or months.gross_revenue != transactions.gross_revenue
    or months.net_revenue != customers.net_revenue + months.net_revenue_anonymous
    or months.count_of_purchases != transactions.count_of_purchases
    or months.count_of_purchases != customers.count_of_purchases + months.count_of_purchases_anonymous
    {%- if 'orders' in var('value_counts') and not var('value_masters') %}
    or months.net_revenue_of_orders != orders.net_revenue
    or months.count_of_orders != orders.count_of_orders
    {%- endif %}
