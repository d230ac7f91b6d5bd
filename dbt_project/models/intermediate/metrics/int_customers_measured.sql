-- One row per customer and measure that a segment rule may name. A customer without a purchase has no
-- days since it, so that measure is absent and no rule on it can hold.
{{ config(materialized='view') }}

{% set counts = [
    'count_of_orders', 'net_revenue', 'net_revenue_last_365_days', 'count_of_order_months_last_12',
    'count_of_tickets', 'count_of_open_tickets', 'count_of_emails_opened', 'count_of_emails_clicked',
    'count_of_open_deals', 'open_deal_amount'
] %}
{% set days = ['days_since_first_order', 'days_since_last_order'] %}

with

customers as (

    select
        customers.customer_id,
        {%- for measure in counts + days %}
        {{ measure }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_customers_survived') }} as customers
    left join {{ ref('int_customers_orders') }} as orders
        on customers.customer_id = orders.customer_id
    left join {{ ref('int_customers_tickets') }} as tickets
        on customers.customer_id = tickets.customer_id
    left join {{ ref('int_customers_emails') }} as emails
        on customers.customer_id = emails.customer_id
    left join {{ ref('int_customers_deals') }} as deals
        on customers.customer_id = deals.customer_id

)

{% for measure in counts + days -%}
select
    customer_id,
    '{{ measure }}' as measure,
    cast({{ 'coalesce(' ~ measure ~ ', 0)' if measure in counts else measure }} as decimal(18, 4)) as value
from customers
{%- if measure in days %}
where {{ measure }} >= 0
{%- endif %}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
