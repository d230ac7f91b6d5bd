-- One row per segment that is on: how many customers it has, and how they behave.
{% set counts = ['count_of_purchases', 'count_of_orders', 'count_of_orders_last_365_days'] %}

with

members as (

    select
        customers.*,
        segments.dimension,
        segments.segment
    from {{ ref('customer_segments') }} as segments
    inner join {{ ref('int_customers_profiled') }} as customers
        on segments.customer_id = customers.customer_id

),

summed as (

    select
        dimension,
        segment,
        {%- for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        sum(net_revenue_of_orders) as net_revenue_of_orders,
        sum(count_of_priced_orders) as count_of_priced_orders,
        {{ measured_sum('net_revenue') }} as net_revenue,
        {{ measured_sum('net_revenue_last_365_days') }} as net_revenue_last_365_days,
        cast(sum(predicted_value) as decimal(18, 4)) as predicted_value,
        cast(sum(count_of_satisfied_tickets) as bigint) as count_of_satisfied_tickets,
        cast(sum(count_of_dissatisfied_tickets) as bigint) as count_of_dissatisfied_tickets,
        count(*) as count_of_customers,
        count(*) filter (where count_of_purchases_90_days_before > 0) as count_of_retainable_customers,
        count(*) filter (where count_of_purchases_90_days_before > 0 and count_of_purchases_last_90_days > 0)
            as count_of_retained_customers
    from members
    group by dimension, segment

),

named as (

    select
        dimension,
        segment
    from {{ ref('segments') }}
    where
        is_on
        and not is_one_per_value
    union distinct
    select
        dimension,
        segment
    from summed

)

select
    named.dimension,
    named.segment,
    summed.predicted_value,
    {%- for count in ['count_of_customers'] + counts %}
    coalesce(summed.{{ count }}, 0) as {{ count }},
    {%- endfor %}
    {%- for amount in ['net_revenue', 'net_revenue_last_365_days'] %}
    case when summed.segment is not null then summed.{{ amount }} else 0 end as {{ amount }},
    {%- endfor %}
    {{ quotient(
        'summed.count_of_orders_last_365_days / 12',
        'nullif(summed.count_of_customers, 0)'
    ) }} as orders_per_month,
    {{ quotient('summed.net_revenue_of_orders', 'nullif(summed.count_of_priced_orders, 0)') }} as average_order_value,
    coalesce(summed.count_of_retainable_customers, 0) as count_of_retainable_customers,
    coalesce(summed.count_of_retained_customers, 0) as count_of_retained_customers,
    {{ quotient(
        'summed.count_of_retained_customers',
        'nullif(summed.count_of_retainable_customers, 0)'
    ) }} as retention_rate,
    {{ quotient(
        'summed.count_of_satisfied_tickets',
        'nullif(summed.count_of_satisfied_tickets + summed.count_of_dissatisfied_tickets, 0)'
    ) }} as satisfaction_share,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from named
left join summed
    on
        named.dimension = summed.dimension
        and named.segment = summed.segment
