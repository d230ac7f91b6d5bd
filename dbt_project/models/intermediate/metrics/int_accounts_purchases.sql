-- One row per company with at least one purchase or correction up to as_of: what it, or a customer who belongs to it,
-- bought, and its scores among the companies that bought (as customer_rfm scores customers).
with

purchases as (

    select * from {{ ref('int_purchases') }}
    where
        account_id is not null
        and (is_sale or is_correction)

),

lately as (

    select
        account_id,
        {{ measured_sum('net_revenue', in_last_days('booked_at', 365)) }} as net_revenue_last_365_days
    from {{ ref('int_revenue_booked') }}
    where
        account_id is not null
        and (is_sale or is_correction or entry = 'refund')
    group by account_id

),

summed as (

    select
        account_id,
        count(*) filter (where is_sale) as count_of_purchases,
        count(*) filter (where is_sale and is_told_by_order) as count_of_orders,
        count(*) filter (where net_revenue is null) as count_of_purchases_without_amount,
        {{ measured_sum('net_revenue') }} as net_revenue,
        min(purchased_at) filter (where is_sale) as first_purchase_at,
        max(purchased_at) filter (where is_sale) as last_purchase_at
    from purchases
    group by account_id

),

dated as (

    select
        summed.*,
        lately.net_revenue_last_365_days,
        {{ dbt.datediff('cast(last_purchase_at as date)', as_of_date(), 'day') }}
            as days_since_last_purchase
    from summed
    left join lately
        on summed.account_id = lately.account_id

),

buyers as (

    select
        {%- for score, order in {
            'recency': 'days_since_last_purchase desc', 'frequency': 'count_of_purchases nulls last',
            'monetary': 'net_revenue nulls first'
        }.items() %}
        cast(floor(5 * (rank() over (order by {{ order }}) - 1) / count(*) over ()) + 1 as bigint) as {{ score }}_score,
        {%- endfor %}
        account_id
    from dated
    where count_of_purchases > 0

)

select
    dated.*,
    buyers.recency_score,
    buyers.frequency_score,
    case when dated.net_revenue is not null then buyers.monetary_score end as monetary_score
from dated
left join buyers
    on dated.account_id = buyers.account_id
