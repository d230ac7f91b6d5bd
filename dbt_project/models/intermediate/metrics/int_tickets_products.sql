-- One row per ticket that a product is known for: what its source says, else what brought most in the customer's last
-- sale in the product_days (default 90) before the ticket.
{% set product_days = var('product_days', 90) %}

with

tickets as (

    select * from {{ ref('int_tickets_measured') }}

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

)

select
    ticket_id,
    product,
    'stated' as product_rule
from tickets
where product is not null
union all
select
    last_sales.ticket_id,
    coalesce(lines.description, lines.sku, lines.product_id) as product,
    'last purchase' as product_rule
from last_sales
inner join {{ ref('order_lines') }} as lines
    on last_sales.order_id = lines.order_id
where coalesce(lines.description, lines.sku, lines.product_id) is not null
qualify row_number() over (
    partition by last_sales.ticket_id order by lines.line_amount desc, lines.order_line_id nulls last
) = 1
