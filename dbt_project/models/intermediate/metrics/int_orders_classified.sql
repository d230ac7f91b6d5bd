-- One row per order that still exists in its source and is dated, not after as_of: what it counts as. A sale whose total
-- is negative is an adjustment. A sale that was never paid, or was cancelled and its money not kept, is none, and no
-- adjustment either.
{{ config(materialized='view') }}

with

judged as (

    select
        {{- columns_except('orders', 'order_id', ['order_kind', 'cancelled_at'], 'orders') }},
        coalesce(currency, '{{ var("base_currency") }}') as priced_currency,
        coalesce(
            order_kind = 'sale'
            and total_amount < 0
            and {{ is_sold('sale_state') }}
            and (cancelled_at is null or {{ is_future('cancelled_at') }} or is_money_kept), false
        ) as is_negative_sale,
        case
            when order_kind = 'sale' and sale_state = 'test' then 'test'
            when is_negative_sale then 'adjustment'
            else order_kind
        end as order_kind,
        case when not {{ is_future('cancelled_at') }} then cancelled_at end as cancelled_at
    from {{ ref('int_orders_unioned') }} as orders
    where
        not is_deleted
        and {{ up_to_as_of('ordered_at') }}

)

select
    *,
    order_kind = 'sale'
    and {{ is_sold('sale_state') }}
    and (cancelled_at is null or coalesce(is_money_kept, false)) as is_sale,
    order_kind in ('cancellation', 'adjustment') as is_correction,
    coalesce(sale_state = 'unknown', false) as has_unknown_status
from judged
