-- One row per transaction: a purchase or its correction, whichever systems tell of it, counted once. Where another one
-- of the same customer, at nearly the same time and for nearly the same money, is told by other systems, it may be the
-- same.
with

purchases as (

    select
        *,
        source || ' ' || kind as teller,
        coalesce(customer_id, account_id) as party
    from {{ ref('int_purchases') }}

),

-- Where one system tells all there is nothing to compare.
doubts as (

    select
        doubted.transaction_id,
        min(other.transaction_id) as may_repeat_transaction_id
    from purchases as doubted
    inner join purchases as other
        on
            doubted.party = other.party
            and doubted.currency = other.currency
            and doubted.teller <> other.teller
            and doubted.purchased_at >= other.purchased_at - interval {{ var('match_days') }} day
            and doubted.purchased_at <= other.purchased_at + interval {{ var('match_days') }} day
    where
        doubted.is_sale
        and other.is_sale
        and doubted.transaction_id > other.transaction_id
        and doubted.told_by not like '%' || other.teller || '%'
        and other.told_by not like '%' || doubted.teller || '%'
        and least(doubted.total_amount, other.total_amount) >= 0.75 * greatest(doubted.total_amount, other.total_amount)
        and exists (
            select 1 from purchases as told
            having min(told.teller) <> max(told.teller)
        )
    group by doubted.transaction_id

)

select
    purchases.transaction_id,
    purchases.customer_id,
    purchases.account_id,
    purchases.purchased_at,
    purchases.kind,
    purchases.record_id,
    purchases.source,
    {{ brand_of('purchases.source') }} as brand,
    purchases.name,
    purchases.told_by,
    purchases.count_of_records,
    purchases.matched_by,
    doubts.may_repeat_transaction_id,
    purchases.order_kind,
    purchases.is_sale,
    purchases.currency,
    purchases.total_amount,
    '{{ var("base_currency") }}' as base_currency,
    purchases.exchange_rate,
    purchases.gross_revenue,
    purchases.tax_revenue,
    purchases.shipping_revenue,
    purchases.refunded_revenue,
    purchases.net_revenue,
    attributions.campaign_id as attributed_campaign_id,
    attributions.attribution_rule
from purchases
left join doubts
    on purchases.transaction_id = doubts.transaction_id
left join {{ ref('int_purchases_attributed') }} as attributions
    on
        purchases.transaction_id = attributions.transaction_id
        and attributions.is_main
