-- One row per touch that an order is (placed, cancelled, or corrected by a later document; test orders touch nobody) or
-- a deal is: opened, won or lost.
{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('int_orders_counted') }}
    where
        order_kind not in ('test', 'other')
        and not is_repeat

),

deals as (

    select * from {{ ref('int_deals_valued') }}

),

of_orders as (

    select
        *,
        case when order_kind = 'sale' then 'order placed' else 'order corrected' end as kind,
        case when order_kind = 'sale' then 'inbound' else 'internal' end as direction,
        ordered_at as event_at
    from orders
    union all
    select
        *,
        'order cancelled' as kind,
        'internal' as direction,
        cancelled_at as event_at
    from orders
    where order_kind = 'sale' and cancelled_at is not null

),

of_deals as (

    select
        *,
        'deal opened' as kind,
        created_at as event_at
    from deals
    union all
    select
        *,
        'deal ' || outcome as kind,
        closed_at as event_at
    from deals
    where outcome in ('won', 'lost') and closed_at is not null

)

select
    contact_id,
    event_at,
    direction,
    kind,
    name as subject,
    total_value as amount,
    source,
    order_id as reference_id,
    kind || ' ' || order_id as touch_id,
    coalesce(channel, 'shop') as channel
from of_orders
union all
select
    contact_id,
    event_at,
    'internal' as direction,
    kind,
    name as subject,
    value_amount as amount,
    source,
    deal_id as reference_id,
    kind || ' ' || deal_id as touch_id,
    'sales' as channel
from of_deals
