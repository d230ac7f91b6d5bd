-- One row per order as int_orders_priced has it, and its transaction. Where another order tells the same transaction
-- better, it is no sale and no correction, and its money is that order's: so that no order is counted twice.
{{ config(materialized='view') }}
{% set money = ['gross_revenue', 'tax_revenue', 'shipping_revenue', 'refunded_revenue', 'net_revenue'] %}
{% set came_back = 'coalesce(' ~ returned_elsewhere('returned', 'orders') ~ ', 0)' %}
{% set moved = {'refunded_revenue': ' + ' ~ came_back, 'net_revenue': ' - ' ~ came_back} %}

with

ranked as (

    select
        told.kind,
        told.record_id as order_id,
        matched.transaction_id,
        row_number() over (
            partition by matched.transaction_id, told.kind
            order by told.preference nulls last, told.telling_id nulls last
        ) > 1 as is_repeat
    from {{ ref('int_transactions_told') }} as told
    inner join {{ ref('int_transactions_matched') }} as matched
        on told.telling_id = matched.telling_id

)

select
    orders.* {{ without('is_sale, is_correction, ' ~ money | join(', ')) }},
    ranked.transaction_id,
    {%- for flag in ['is_sale', 'is_correction'] %}
    orders.{{ flag }} and not coalesce(ranked.is_repeat, false) as {{ flag }},
    {%- endfor %}
    {%- for amount in money %}
    cast(
        case
            when ranked.is_repeat then orders.{{ amount }} * 0 else orders.{{ amount }}{{ moved.get(amount, '') }}
        end as decimal(18, 4)
    ) as {{ amount }},
    {%- endfor %}
    coalesce(ranked.is_repeat, false) as is_repeat
from {{ ref('int_orders_priced') }} as orders
left join ranked
    on
        orders.order_id = ranked.order_id
        and ranked.kind = 'order'
left join {{ ref('int_transactions_returned') }} as returned
    on ranked.transaction_id = returned.transaction_id
