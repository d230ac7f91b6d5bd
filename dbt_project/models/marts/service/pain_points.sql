-- One row per product, how it is known, and type of ticket: where customers have trouble.
with

tickets as (

    select
        tickets.*,
        products.product as known_product,
        products.product_rule
    from {{ ref('tickets') }} as tickets
    left join {{ ref('int_tickets_products') }} as products
        on tickets.ticket_id = products.ticket_id

)

select
    known_product as product,
    product_rule,
    type,
    count(distinct customer_id) as count_of_customers,
    max(created_at) as last_opened_at,
    {{ service_measures() }}
from tickets
group by known_product, product_rule, type
