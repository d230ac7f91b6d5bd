-- Every record that tells of a transaction is in one, and no two records of one system are one transaction unless each
-- states its order. Fails with one row per record that is in none, and per transaction that is too much.
select
    told.telling_id,
    'in no transaction' as because
from {{ ref('int_transactions_told') }} as told
left join {{ ref('int_transactions_matched') }} as matched
    on told.telling_id = matched.telling_id
left join {{ ref('int_transactions_told') }} as speakers
    on matched.transaction_id = speakers.telling_id
where speakers.telling_id is null
union all
select
    min(told.telling_id) as telling_id,
    'two of one system' as because
from {{ ref('int_transactions_told') }} as told
inner join {{ ref('int_transactions_matched') }} as matched
    on told.telling_id = matched.telling_id
group by matched.transaction_id, told.system
having count(*) > 1 and count(*) filter (where told.stated_order_id is null) > 1
