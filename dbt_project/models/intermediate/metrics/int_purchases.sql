-- One row per transaction, with the money of the record that is believed most of all that tell of it: a purchase if it
-- is a sale, or the correction of one. What went back is off it, whichever of its records tells of the refund or
-- dispute. Whatever asks what was bought, by whom and for how much, reads this.
with

told as (

    select
        tellings.*,
        matched.transaction_id,
        matched.matched_by
    from {{ ref('int_transactions_told') }} as tellings
    inner join {{ ref('int_transactions_matched') }} as matched
        on tellings.telling_id = matched.telling_id

),

transactions as (

    select
        transaction_id,
        {%- for who in ['customer_id', 'account_id'] %}
        (min({{ packed(['preference', 'telling_id', who]) }}) filter (where {{ who }} is not null)).{{ who }}
            as {{ who }},
        {%- endfor %}
        {{ joined_in_order("source || ' ' || kind", '; ', 'preference, telling_id') }} as told_by,
        max(matched_by) as matched_by,
        count(*) as count_of_records,
        bool_or(kind = 'order') as is_told_by_order
    from told
    group by transaction_id

)

select
    transactions.transaction_id,
    transactions.customer_id,
    transactions.account_id,
    told.happened_at as purchased_at,
    told.kind,
    told.record_id,
    told.source,
    told.name,
    transactions.told_by,
    transactions.matched_by,
    transactions.count_of_records,
    transactions.is_told_by_order,
    told.order_kind,
    told.is_sale,
    told.is_correction,
    told.currency,
    told.total_amount,
    told.exchange_rate,
    told.gross_revenue,
    told.tax_revenue,
    told.shipping_revenue,
    cast(told.refunded_revenue + {{ returned_elsewhere('returned', 'told') }} as decimal(18, 4))
        as refunded_revenue,
    cast(told.net_revenue - {{ returned_elsewhere('returned', 'told') }} as decimal(18, 4))
        as net_revenue,
    told.discount_value,
    cast(told.happened_at as date) as purchase_date
from transactions
inner join told
    on transactions.transaction_id = told.telling_id
inner join {{ ref('int_transactions_returned') }} as returned
    on transactions.transaction_id = returned.transaction_id
where not {{ is_future('told.happened_at') }}
