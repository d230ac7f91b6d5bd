-- A refund is money that goes out, whichever sign its source writes it with; what failed or was never captured is none.
with unioned as (

    {{ union_shaped(columns_of('payments', 'payment_id'), {
        'stg_stripe__charges': {'lacks': ['order_id']},
        'int_stripe_refunds_charged': {'lacks': ['order_id']},
        'int_woocommerce_refunds_paid': {'lacks': ['invoice_id', 'status', 'method']},
        'stg_mapped__payments': {'lacks': []}
    }, holds_back=true) }}

)

select
    * exclude (amount),
    cast(case
        when {{ status_meaning('payments', 'status') }} in ('failed', 'pending') then 0
        when kind = 'refund' then -abs(amount)
        else amount
    end as decimal(18, 4)) as amount
from unioned
