-- One row per entry of revenue up to as_of: a purchase or the correction of one at its time, and each refund of it at
-- the time that its vendor says. Whatever sums net revenue by day, month or year reads this; over all time it is that
-- of the purchases.
{{ config(materialized='view') }}
{% set facts = [
    'transaction_id', 'customer_id', 'account_id', 'kind', 'record_id', 'source', 'told_by', 'is_told_by_order',
    'currency', 'exchange_rate'
] %}
{% set charged = ['gross_revenue', 'tax_revenue', 'shipping_revenue'] %}
with

purchases as (

    select * from {{ ref('int_purchases') }}

),

refunds as (

    select * from {{ ref('int_refunds_dated') }}

),

dated as (

    select
        transaction_id,
        sum(refunded_revenue) as refunded_revenue
    from refunds
    group by transaction_id

)

select
    'purchase ' || purchases.transaction_id as entry_id,
    'purchase' as entry,
    purchases.purchased_at as booked_at,
    {%- for fact in facts + ['is_sale', 'is_correction'] + charged %}
    purchases.{{ fact }},
    {%- endfor %}
    cast(purchases.refunded_revenue - coalesce(dated.refunded_revenue, 0) as decimal(18, 4)) as refunded_revenue,
    cast(purchases.net_revenue + coalesce(dated.refunded_revenue, 0) as decimal(18, 4)) as net_revenue
from purchases
left join dated
    on purchases.transaction_id = dated.transaction_id
union all
select
    'refund ' || cast(refunds.refunded_at as string) || ' ' || refunds.transaction_id as entry_id,
    'refund' as entry,
    refunds.refunded_at as booked_at,
    {%- for fact in facts %}
    purchases.{{ fact }},
    {%- endfor %}
    false as is_sale,
    false as is_correction,
    {%- for amount in charged %}
    cast(0 as decimal(18, 4)) as {{ amount }},
    {%- endfor %}
    refunds.refunded_revenue,
    cast(-refunds.refunded_revenue as decimal(18, 4)) as net_revenue
from refunds
inner join purchases
    on refunds.transaction_id = purchases.transaction_id
