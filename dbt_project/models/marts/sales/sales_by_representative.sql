-- One row per month (UTC) and representative: the orders that name them, and the deals that they closed.
with

facts as (

    select
        cast(date_trunc('month', ordered_at) as date) as month,
        coalesce(sales_rep, 'unassigned') as representative,
        is_sale as is_order,
        net_revenue,
        cast(null as string) as outcome,
        cast(null as decimal(18, 4)) as won_amount
    from {{ ref('orders') }}
    union all
    select
        cast(date_trunc('month', deals.closed_on) as date) as month,
        coalesce(owners.name, deals.owner_id, 'unassigned') as representative,
        false as is_order,
        cast(null as decimal(18, 4)) as net_revenue,
        deals.outcome,
        case when deals.outcome = 'won' then deals.value_amount end as won_amount
    from {{ ref('int_deals_valued') }} as deals
    left join {{ ref('int_owners_unioned') }} as owners
        on deals.owner_id = owners.owner_id
    where deals.outcome != 'open'

)

select
    month,
    representative,
    count(*) filter (where is_order) as count_of_orders,
    cast(coalesce(sum(net_revenue), 0) as decimal(18, 4)) as net_revenue,
    count(*) filter (where outcome = 'won') as count_of_won_deals,
    count(*) filter (where outcome = 'lost') as count_of_lost_deals,
    cast(coalesce(sum(won_amount), 0) as decimal(18, 4)) as won_amount,
    cast(
        count(*) filter (where outcome = 'won') / nullif(count(outcome), 0) as decimal(18, 4)
    ) as win_rate,
    '{{ var("base_currency") }}' as currency
from facts
group by month, representative
