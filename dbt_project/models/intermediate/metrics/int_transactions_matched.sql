{{ config(meta={'steps': ['told', 'pass_0', 'pass_1', 'pass_2', 'pass_3', 'pass_4']}) }}
-- One row per record that tells of a transaction, with the transaction: the record that is believed most of all that
-- tell of it. A record is another's by the order that it states, by its number, else by customer or company, amount,
-- currency and time (var match_days; a number may be written so many days later). A cancelled order is matched by what
-- is stated only.
{% set days = var('match_days') %}
{% set passes = [
    ('stated reference', ['reference_key', 'party'], 31, 'true'),
    ('stated reference', ['reference_key', 'currency', 'total_amount'], 31, 'true'),
    ('amount and time', ['party', 'currency', 'total_amount'], days, 'total_amount <> 0 and counts'),
    ('amount and time', ['party', 'currency', 'comparable_amount'], days, 'comparable_amount <> 0 and counts'),
    ('amount and time', ['account_id', 'currency', 'comparable_amount'], days, 'comparable_amount <> 0 and counts')
] %}

with

told as (

    select
        telling_id,
        system,
        preference,
        happened_at,
        reference_key,
        currency,
        total_amount,
        account_id,
        stated_order_id,
        -- What a deal says is often the net of what the order says.
        case when kind = 'order' then net_amount else total_amount end as comparable_amount,
        is_sale or is_correction as counts,
        coalesce(customer_id, 'account ' || account_id) as party
    from {{ ref('int_transactions_told') }}

),

pass_0 as (

    select
        told.*,
        coalesce(orders.telling_id, told.telling_id) as transaction_id,
        case when orders.telling_id is not null then 'stated order' end as matched_by
    from told
    left join told as orders
        on 'order ' || told.stated_order_id = orders.telling_id

),

{% for rule, keys, limit, scope in passes -%}
{{ paired('pass_' ~ loop.index0, 'pass_' ~ loop.index, rule, keys, limit, scope) }}
{{- ',' if not loop.last }}

{% endfor -%}

select
    telling_id,
    transaction_id,
    matched_by
from pass_{{ passes | length }}
