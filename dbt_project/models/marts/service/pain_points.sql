-- One row per product, how it is known, and type of ticket: where customers have trouble. The product is what the
-- ticket's source says, else what brought most in the customer's last sale in the product_days (default 90) before the
-- ticket.
{% set product_days = var('product_days', 90) %}

with

tickets as (

    select * from {{ ref('tickets') }}

),

last_sales as (

    select
        tickets.ticket_id,
        orders.order_id
    from tickets
    inner join {{ ref('int_orders_counted') }} as orders
        on
            tickets.customer_id = orders.customer_id
            and tickets.created_at >= orders.ordered_at
            and tickets.created_at - interval {{ product_days }} day <= orders.ordered_at
    where
        orders.is_sale
        and tickets.product is null
    qualify row_number() over (
        partition by tickets.ticket_id
        order by orders.ordered_at desc, orders.order_id nulls last
    ) = 1

),

bought as (

    select
        last_sales.ticket_id,
        coalesce(lines.description, lines.sku, lines.product_id) as product
    from last_sales
    inner join {{ ref('order_lines') }} as lines
        on last_sales.order_id = lines.order_id
    where coalesce(lines.description, lines.sku, lines.product_id) is not null
    qualify row_number() over (
        partition by last_sales.ticket_id order by lines.line_amount desc, lines.order_line_id nulls last
    ) = 1

),

known as (

    select
        tickets.*,
        coalesce(tickets.product, bought.product) as known_product,
        case
            when tickets.product is not null then 'stated'
            when bought.product is not null then 'last purchase'
        end as product_rule
    from tickets
    left join bought
        on tickets.ticket_id = bought.ticket_id

)

select
    known_product as product,
    product_rule,
    type,
    count(distinct customer_id) as count_of_customers,
    max(created_at) as last_opened_at,
    {{ service_measures() }}
from known
group by known_product, product_rule, type
