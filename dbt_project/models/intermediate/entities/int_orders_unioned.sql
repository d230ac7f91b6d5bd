-- As a table: many ask of it, and to understand the union and the sums of its lines takes a third of a second a time.
with unioned as (

    {{ union_of('orders', 'order_id', holds_back=true) }}

),

without_total as (

    select order_id from unioned
    where total_amount is null

),

unread as (

    select order_id from {{ ref('stg_mapped__order_lines') }}
    where
        parse_errors is not null
        and order_id is not null

),

-- What an order's lines come to is asked only where its source gives no total. A line without an amount, or one that
-- cannot be read, leaves the sum unknown, and not too small.
lines as (

    select
        order_id,
        case when count(*) = count(line_amount) then cast(sum(line_amount) as decimal(18, 4)) end as total_amount
    from {{ ref('int_order_lines_unioned') }}
    where
        not is_deleted
        and order_id in (select without_total.order_id from without_total)
        and order_id not in (select unread.order_id from unread)
    group by order_id

)

select
    unioned.* {{ without('order_kind, total_amount, sale_state, refunded_amount') }},
    -- A refund is one, whichever sign it is written with.
    abs(unioned.refunded_amount) as refunded_amount,
    coalesce(unioned.order_kind, 'sale') as order_kind,
    coalesce(unioned.total_amount, lines.total_amount) as total_amount,
    case
        when unioned.sale_state is not null or unioned.status is not null
            then coalesce({{ status_meaning('orders', 'coalesce(unioned.sale_state, unioned.status)') }}, 'unknown')
    end as sale_state
from unioned
left join lines
    on unioned.order_id = lines.order_id
