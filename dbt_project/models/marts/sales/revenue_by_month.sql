-- One row per calendar month (UTC) in which an order was dated, in the base currency.
with

orders as (

    select * from {{ ref('orders') }}

)

select
    cast(date_trunc('month', ordered_at) as date) as month,
    base_currency as currency,
    cast(coalesce(sum(gross_revenue), 0) as decimal(18, 4)) as gross_revenue,
    cast(coalesce(sum(tax_revenue), 0) as decimal(18, 4)) as tax_revenue,
    cast(coalesce(sum(shipping_revenue), 0) as decimal(18, 4)) as shipping_revenue,
    cast(coalesce(sum(refunded_revenue), 0) as decimal(18, 4)) as refunded_revenue,
    cast(coalesce(sum(net_revenue), 0) as decimal(18, 4)) as net_revenue,
    cast(coalesce(sum(net_revenue) filter (where customer_id is null), 0) as decimal(18, 4))
        as net_revenue_anonymous,
    count(*) filter (where is_sale) as count_of_orders,
    count(*) filter (where is_sale and customer_id is null) as count_of_orders_anonymous,
    count(distinct customer_id) filter (where is_sale) as count_of_customers,
    count(*) filter (where exchange_rate is null) as count_of_orders_without_rate
from orders
group by date_trunc('month', ordered_at), base_currency
