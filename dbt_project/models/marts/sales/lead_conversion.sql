-- One row per source of leads and direction: every customer is a lead of one of them.
with

leads as (

    select
        customers.customer_id,
        coalesce(customers.lead_source, 'unknown') as lead_source,
        coalesce(customers.lead_direction, 'unknown') as lead_direction,
        customers.rejection_reason is not null as is_rejected,
        deals.customer_id is not null as is_opportunity,
        wins.customer_id is not null as is_won,
        case
            when wins.won_at >= customers.created_at
                then {{ dbt.datediff('customers.created_at', 'wins.won_at', 'day') }}
        end as days_to_win,
        coalesce(orders.net_revenue, 0) as net_revenue,
        coalesce(deals.won_deal_amount, 0) as won_deal_amount
    from {{ ref('customers') }} as customers
    left join {{ ref('int_customers_won') }} as wins
        on customers.customer_id = wins.customer_id
    left join {{ ref('int_customers_deals') }} as deals
        on customers.customer_id = deals.customer_id
    left join {{ ref('int_customers_orders') }} as orders
        on customers.customer_id = orders.customer_id

)

select
    lead_source,
    lead_direction,
    count(*) as count_of_leads,
    count(*) filter (where is_opportunity) as count_of_opportunities,
    count(*) filter (where is_won) as count_of_won,
    count(*) filter (where is_rejected) as count_of_rejected,
    cast(count(*) filter (where is_opportunity) / count(*) as decimal(18, 4)) as opportunity_rate,
    cast(count(*) filter (where is_won) / count(*) as decimal(18, 4)) as conversion_rate,
    cast(median(days_to_win) as decimal(18, 4)) as median_days_to_win,
    cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
    cast(sum(won_deal_amount) as decimal(18, 4)) as won_deal_amount,
    '{{ var("base_currency") }}' as currency
from leads
group by lead_source, lead_direction
