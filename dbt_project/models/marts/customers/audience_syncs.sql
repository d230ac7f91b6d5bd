-- One row per push and member: what was last sent to the target, and what became of it. Whoever was two customers when
-- it was sent, and is one now, has one row: the newest.
with

told as (

    select
        syncs.push,
        syncs.audience,
        syncs.target,
        syncs.mode,
        syncs.action,
        syncs.outcome,
        syncs.refusal,
        syncs.is_member,
        syncs.synced_at,
        syncs.member_key,
        syncs.version,
        coalesce(aliases.customer_id, syncs.customer_id) as customer_id
    from {{ source('ledger', 'audience_syncs') }} as syncs
    left join {{ ref('customer_id_aliases') }} as aliases
        on syncs.customer_id = aliases.alias_id

)

select
    push,
    audience,
    target,
    mode,
    customer_id,
    action,
    outcome,
    refusal,
    is_member,
    synced_at
from told
qualify row_number() over (
    partition by push, customer_id
    order by version desc, synced_at desc, member_key desc
) = 1
