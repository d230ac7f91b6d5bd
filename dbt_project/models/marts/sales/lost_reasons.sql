-- One row per kind (lost deal, rejected lead) and reason, as people gave it.
with

losses as (

    select
        'lost deal' as kind,
        coalesce(lost_reason, 'not given') as reason,
        value_amount,
        closed_on as lost_on
    from {{ ref('int_deals_valued') }}
    where outcome = 'lost'
    union all
    select
        'rejected lead' as kind,
        rejection_reason as reason,
        cast(null as decimal(18, 4)) as value_amount,
        cast(null as date) as lost_on
    from {{ ref('customers') }}
    where rejection_reason is not null

)

select
    kind,
    reason,
    count(*) as count_of_losses,
    {{ quotient('count(*)', 'sum(count(*)) over (partition by kind)') }} as share_of_kind,
    cast(sum(value_amount) as decimal(18, 4)) as lost_amount,
    '{{ var("base_currency") }}' as currency,
    max(lost_on) as last_lost_on
from losses
group by kind, reason
