-- One row per month (UTC) and representative: the purchases that are theirs, by the order's representative or the
-- deal's owner, and the deals that they closed.
with

owners as (

    select * from {{ ref('int_owners_unioned') }}

),

facts as (

    select
        cast(date_trunc('month', purchases.booked_at) as date) as month,
        coalesce(orders.sales_rep, owners.name, deals.owner_id) as representative,
        purchases.is_sale as is_purchase,
        purchases.is_sale and purchases.is_told_by_order as is_order,
        purchases.net_revenue,
        cast(null as string) as outcome,
        cast(null as decimal(18, 4)) as won_amount
    from {{ ref('int_revenue_booked') }} as purchases
    left join {{ ref('int_orders_priced') }} as orders
        on
            purchases.kind = 'order'
            and purchases.record_id = orders.order_id
    left join {{ ref('int_deals_valued') }} as deals
        on
            purchases.kind = 'deal'
            and purchases.record_id = deals.deal_id
    left join owners
        on deals.owner_id = owners.owner_id
    union all
    select
        cast(date_trunc('month', deals.closed_on) as date) as month,
        coalesce(owners.name, deals.owner_id) as representative,
        false as is_purchase,
        false as is_order,
        cast(null as decimal(18, 4)) as net_revenue,
        deals.outcome,
        case when deals.outcome = 'won' then deals.value_amount end as won_amount
    from {{ ref('int_deals_valued') }} as deals
    left join owners
        on deals.owner_id = owners.owner_id
    where deals.outcome != 'open'

)

select
    month,
    representative,
    count(*) filter (where is_purchase) as count_of_purchases,
    count(*) filter (where is_order) as count_of_orders,
    {{ measured_sum('net_revenue', 'outcome is null') }} as net_revenue,
    count(*) filter (where outcome = 'won') as count_of_won_deals,
    count(*) filter (where outcome = 'lost') as count_of_lost_deals,
    cast(coalesce(sum(won_amount), 0) as decimal(18, 4)) as won_amount,
    {{ quotient("count(*) filter (where outcome = 'won')", 'nullif(count(outcome), 0)') }} as win_rate,
    '{{ var("base_currency") }}' as currency
from facts
group by month, representative
