-- A refund or a lost dispute is money that goes out, whichever sign its source writes it with; what failed or was never
-- captured is none.
with unioned as (

    {{ union_of('payments', 'payment_id', holds_back=true) }}

)

select
    * {{ without('kind, amount') }},
    {{ payment_kind('kind') }} as kind,
    cast(case
        when {{ status_meaning('payments', 'status') }} in ('failed', 'pending') then 0
        when {{ payment_kind('kind') }} in ('refund', 'dispute') then -abs(amount)
        else amount
    end as decimal(18, 4)) as amount
from unioned
