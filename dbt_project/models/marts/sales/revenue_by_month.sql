-- One row per calendar month (UTC) with a purchase, the correction or a refund of one, in the base currency.
{% set counts = {'orders': "kind = 'order'", 'deals': "kind = 'deal'", 'invoices': "kind = 'invoice'"} %}

with

entries as (

    select * from {{ ref('revenue_entries') }}

)

select
    cast(date_trunc('month', booked_at) as date) as month,
    base_currency as currency,
    {%- for amount in ['gross_revenue', 'tax_revenue', 'shipping_revenue', 'refunded_revenue', 'net_revenue'] %}
    {{ measured_sum(amount) }} as {{ amount }},
    {%- endfor %}
    {{ measured_sum('net_revenue', 'customer_id is null') }} as net_revenue_anonymous,
    {%- for kind, is_one in counts.items() %}
    {{ measured_sum('net_revenue', is_one) }} as net_revenue_of_{{ kind }},
    {%- endfor %}
    count(*) filter (where is_sale) as count_of_purchases,
    count(*) filter (where is_sale and customer_id is null) as count_of_purchases_anonymous,
    count(*) filter (where is_sale and told_by like '% order%') as count_of_orders,
    count(*) filter (where is_sale and told_by like '% order%' and customer_id is null) as count_of_orders_anonymous,
    count(distinct customer_id) filter (where is_sale) as count_of_customers,
    count(*) filter (where exchange_rate is null and told_by like '% order%') as count_of_orders_without_rate,
    count(*) filter (where net_revenue is null) as count_of_purchases_without_amount
from entries
group by date_trunc('month', booked_at), base_currency
