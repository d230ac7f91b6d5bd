-- One row per purchase and moment at which some of it went back: what of its refunded_revenue went back then. The sum
-- is shared out by what each refund took back without tax and shipping where all are told so, else by what it paid
-- back; what of it no refund tells of is not here, and is of the day of the purchase. Of several records that tell, who
-- is believed most does.
with

purchases as (

    select
        purchases.transaction_id,
        purchases.purchased_at,
        purchases.refunded_revenue,
        coalesce(abs(orders.refunded_amount), 0) + coalesce(orders.disputed_amount, 0) as stated_amount
    from {{ ref('int_purchases') }} as purchases
    left join {{ ref('int_orders_priced') }} as orders
        on
            purchases.kind = 'order'
            and purchases.record_id = orders.order_id
    where purchases.refunded_revenue > 0

),

told as (

    select
        matched.transaction_id,
        refunds.telling_id,
        refunds.payment_id,
        refunds.refunded_at,
        refunds.refunded_amount,
        refunds.refunded_net_amount
    from {{ ref('int_refunds_told') }} as refunds
    inner join {{ ref('int_transactions_matched') }} as matched
        on refunds.telling_id = matched.telling_id
    inner join {{ ref('int_transactions_told') }} as tellings
        on refunds.telling_id = tellings.telling_id
    where
        refunds.refunded_amount > 0
        and not coalesce(refunds.is_repeated, false)
    qualify rank() over (
        partition by matched.transaction_id, refunds.is_dispute
        order by tellings.preference nulls last, refunds.telling_id nulls last
    ) = 1

),

weighed as (

    select
        purchases.*,
        told.payment_id,
        told.refunded_amount,
        told.refunded_net_amount,
        greatest(coalesce(told.refunded_at, purchases.purchased_at), purchases.purchased_at) as refunded_at,
        coalesce(bool_and(told.refunded_net_amount is not null) over of_purchase, false)
        and sum(told.refunded_net_amount) over of_purchase > 0
        and sum(told.refunded_amount) over of_purchase >= purchases.stated_amount as is_by_net
    from purchases
    inner join told
        on purchases.transaction_id = told.transaction_id
    window of_purchase as (partition by purchases.transaction_id)

),

weighted as (

    select
        *,
        case when is_by_net then refunded_net_amount else refunded_amount end as weight
    from weighed

),

running as (

    select
        *,
        sum(weight) over (
            partition by transaction_id order by refunded_at nulls last, payment_id nulls last
        ) as weight_so_far,
        greatest(
            sum(weight) over (partition by transaction_id), case when is_by_net then 0 else stated_amount end
        ) as whole
    from weighted

),

shared as (

    select
        transaction_id,
        refunded_at,
        {{ prorated('refunded_revenue', 'weight_so_far', 'whole') }}
        - {{ prorated('refunded_revenue', 'weight_so_far - weight', 'whole') }} as refunded_revenue
    from running

)

select
    transaction_id,
    refunded_at,
    cast(sum(refunded_revenue) as decimal(18, 4)) as refunded_revenue
from shared
group by transaction_id, refunded_at
having sum(refunded_revenue) > 0
