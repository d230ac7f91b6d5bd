-- One row per order that still exists in its source and is not dated after as_of, whatever its kind.
with

orders as (

    select * from {{ ref('int_orders_counted') }}

),

attributions as (

    select * from {{ ref('int_purchases_attributed') }}
    where is_main

)

select
    orders.order_id,
    orders.customer_id,
    {{ account_of() }} as account_id,
    orders.contact_id,
    orders.source,
    {{ brand_of('orders.source') }} as brand,
    orders.source_id,
    orders.name,
    orders.ordered_at,
    orders.cancelled_at,
    orders.order_kind,
    orders.is_sale,
    orders.is_before_account,
    orders.transaction_id,
    orders.is_repeat,
    orders.status,
    orders.sale_state,
    orders.channel,
    orders.sales_rep,
    orders.priced_currency as currency,
    orders.total_amount,
    orders.discount_amount,
    orders.tax_amount,
    orders.shipping_amount,
    orders.refunded_amount,
    case when not orders.is_buyer_deleted then orders.email end as email,
    case when not orders.is_buyer_deleted then orders.phone end as phone,
    '{{ var("base_currency") }}' as base_currency,
    orders.exchange_rate,
    orders.gross_revenue,
    orders.tax_revenue,
    orders.shipping_revenue,
    orders.non_sales_revenue,
    orders.refunded_revenue,
    orders.net_revenue,
    attributions.campaign_id as attributed_campaign_id,
    attributions.attribution_rule,
    orders.created_at,
    {%- for field in custom_fields('orders') %}
    custom.{{ field.name }},
    {%- endfor %}
    orders.updated_at
from orders
left join attributions
    on
        orders.transaction_id = attributions.transaction_id
        and orders.is_sale
{{ account_joins('orders.company_id', 'orders.customer_id') }}
{%- if custom_fields('orders') %}
left join {{ ref('int_orders_custom') }} as custom
    on orders.order_id = custom.order_id
{%- endif %}
