-- One row per customer with at least one deal: what is open, won and lost, in the base currency.
with

deals as (

    select * from {{ ref('int_deals_valued') }}
    where customer_id is not null

)

select
    customer_id,
    count(*) as count_of_deals,
    {%- for outcome in ['open', 'won', 'lost'] %}
    count(*) filter (where outcome = '{{ outcome }}') as count_of_{{ outcome }}_deals,
    cast(coalesce(sum(value_amount) filter (where outcome = '{{ outcome }}'), 0) as decimal(18, 4))
        as {{ outcome }}_deal_amount,
    {%- endfor %}
    cast(coalesce(sum(weighted_amount), 0) as decimal(18, 4)) as weighted_deal_amount,
    max(closed_at) filter (where outcome = 'won') as last_deal_won_at
from deals
group by customer_id
