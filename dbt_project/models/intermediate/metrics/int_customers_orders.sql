-- One row per customer with at least one purchase or correction of one: what the customer bought, up to as_of. A count
-- of orders is of the purchases that an order tells of; corrections count in revenue only.
{% set windows = {
    'last_365_days': in_last_days('purchased_at', 365), 'last_90_days': in_last_days('purchased_at', 90),
    '90_days_before': in_last_days('purchased_at', 90, before=90)
} %}
{% set kinds = {'purchase': 'is_sale', 'order': 'is_sale and is_told_by_order'} %}

with

purchases as (

    select * from {{ ref('int_purchases') }}
    where customer_id is not null

),

lately as (

    select
        customer_id,
        {{ measured_sum('net_revenue', in_last_days('booked_at', 365)) }} as net_revenue_last_365_days
    from {{ ref('int_revenue_booked') }}
    where customer_id is not null
    group by customer_id

),

aggregated as (

    select
        customer_id,
        {%- for amount in ['gross_revenue', 'refunded_revenue', 'net_revenue', 'discount_value'] %}
        {{ measured_sum(amount, 'is_sale or is_correction') }} as {{ amount }},
        {%- endfor %}
        {{ measured_sum('net_revenue', 'is_told_by_order') }} as net_revenue_of_orders,
        count(*) filter (where exchange_rate is null and is_told_by_order) as count_of_orders_without_rate,
        count(*) filter (where net_revenue is null) as count_of_purchases_without_amount,
        count(*) filter (where discount_value > 0) as count_of_discounted_orders,
        {%- for kind, is_one in kinds.items() %}
        count(*) filter (where {{ is_one }}) as count_of_{{ kind }}s,
        count(*) filter (where {{ is_one }} and net_revenue is not null) as count_of_priced_{{ kind }}s,
        {%- for window, is_in in windows.items() %}
        count(*) filter (where {{ is_one }} and {{ is_in }}) as count_of_{{ kind }}s_{{ window }},
        {%- endfor %}
        min(purchased_at) filter (where {{ is_one }}) as first_{{ kind }}_at,
        max(purchased_at) filter (where {{ is_one }}) as last_{{ kind }}_at,
        count(distinct date_trunc('month', purchased_at)) filter (
            where {{ is_one }} and purchase_date > {{ as_of_date() }} - interval 12 month
        ) as count_of_{{ kind }}_months_last_12,
        {%- endfor %}
        {{ as_of_date() }} as as_of_date
    from purchases
    group by customer_id

),

remembered as (

    select
        aggregated.*,
        lately.net_revenue_last_365_days,
        {{ next_anniversary('cast(first_order_at as date)', 'as_of_date') }} as next_order_anniversary
    from aggregated
    left join lately
        on aggregated.customer_id = lately.customer_id

)

select
    *,
    {{ dbt.datediff('as_of_date', 'next_order_anniversary', 'day') }}
        as days_to_order_anniversary,
    {{ quotient('net_revenue_of_orders', 'nullif(count_of_priced_orders, 0)') }} as average_order_value,
    {{ quotient('net_revenue', 'nullif(count_of_priced_purchases, 0)') }} as average_purchase_value,
    {%- for kind in kinds %}
    {%- for end in ['first', 'last'] %}
    {{ dbt.datediff('cast(' ~ end ~ '_' ~ kind ~ '_at as date)', 'as_of_date', 'day') }}
        as days_since_{{ end }}_{{ kind }},
    {%- endfor %}
    {%- endfor %}
    {{ quotient('discount_value', 'nullif(discount_value + gross_revenue, 0)') }} as discount_share
from remembered
