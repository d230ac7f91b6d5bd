-- One row per customer in a loyalty programme: the points of all of them, and the tier of where there are most.
with members as (

    select
        *,
        cast(row_number() over (
            partition by customer_id
            order by points_balance nulls first, loyalty_balance_id nulls last
        ) as bigint) as place
    from {{ ref('loyalty_balances') }}
    where
        customer_id is not null
        and coalesce(status, 'member') <> 'not joined'

)

select
    customer_id,
    {{ measured_sum('points_balance') }} as points_balance,
    max_by(tier, place) filter (where tier is not null) as points_tier
from members
group by customer_id
