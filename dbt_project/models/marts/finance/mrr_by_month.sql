-- One row per month (UTC) from the first in which a subscription was paid for to as_of: what recurs each month at its
-- end, and what moved it, in the base currency at the rate of as_of.
{% set moves = {
    'undated': "movement = 'undated'", 'new': "movement = 'new'",
    'reactivated': "movement = 'reactivated'", 'added': "movement = 'added'",
    'expansion': "movement = 'amount' and change > 0", 'contraction': "movement = 'amount' and change < 0",
    'dropped': "movement = 'dropped'", 'churned': "movement = 'churned'"
} %}

with

moved as (

    select
        *,
        -- Who pays for another one already, or came with one in the same month, came once.
        bool_or(coalesce(paid_before, false) or coalesce(movement in ('new', 'reactivated'), false)) over (
            partition by subscriber, month
        ) as is_told_by_another
    from {{ ref('int_subscriptions_moved') }}

),

summed as (

    select
        month,
        last_day,
        amounts_known_since,
        cast(sum(revenue_before) as decimal(18, 4)) as opening_mrr,
        {%- for move, is_one in moves.items() %}
        cast(coalesce(sum(abs(change)) filter (where {{ is_one }}), 0) as decimal(18, 4)) as {{ move }}_mrr,
        {%- endfor %}
        cast(coalesce(sum(revenue), 0) as decimal(18, 4)) as closing_mrr,
        count(*) filter (where pays) as count_of_subscriptions,
        count(*) filter (where pays and revenue is null) as count_of_subscriptions_without_amount,
        count(distinct case when pays then subscriber end) as count_of_subscribers,
        {%- for move in ['new', 'reactivated'] %}
        count(distinct case when movement = '{{ move }}' then subscriber end) as count_of_{{ move }}_subscribers,
        {%- endfor %}
        count(distinct case when movement = 'undated' and not is_told_by_another then subscriber end)
            as count_of_undated_subscribers,
        count(distinct case when movement = 'churned' then subscriber end) as count_of_churned_subscribers
    from moved
    group by month, last_day, amounts_known_since

)

select
    month,
    month + interval 1 month <= {{ as_of_date() }} + interval 1 day as is_complete,
    opening_mrr,
    undated_mrr,
    new_mrr,
    reactivated_mrr,
    added_mrr,
    -- What an amount was before anybody read it, nobody knows.
    case when last_day >= amounts_known_since then expansion_mrr end as expansion_mrr,
    case when last_day >= amounts_known_since then contraction_mrr end as contraction_mrr,
    dropped_mrr,
    churned_mrr,
    closing_mrr,
    count_of_subscriptions,
    count_of_subscriptions_without_amount,
    count_of_subscribers,
    count_of_undated_subscribers,
    count_of_new_subscribers,
    count_of_reactivated_subscribers,
    count_of_churned_subscribers,
    amounts_known_since,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from summed
