-- One row per touch that an order is: placed, cancelled, or corrected by a later document.
-- Test orders touch nobody.
{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('int_orders_counted') }}
    where
        order_kind not in ('test', 'other')
        and not is_repeat

),

placed as (

    select
        *,
        case when order_kind = 'sale' then 'order placed' else 'order corrected' end as kind,
        case when order_kind = 'sale' then 'inbound' else 'internal' end as direction,
        ordered_at as event_at
    from orders

),

cancelled as (

    select
        *,
        'order cancelled' as kind,
        'internal' as direction,
        cancelled_at as event_at
    from orders
    where order_kind = 'sale' and cancelled_at is not null

),

touches as (

    select * from placed
    union all
    select * from cancelled

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
from touches
