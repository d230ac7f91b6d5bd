{{ config(materialized='view') }}
select
    least(loser.contact_id, winner.contact_id) as contact_id_a,
    greatest(loser.contact_id, winner.contact_id) as contact_id_b,
    'source merge' as rule,
    'merged in ' || loser.source as evidence,
    1 as rank,
    false as is_sole_holder
from {{ ref('int_contacts_standardized') }} as loser
inner join {{ ref('int_contacts_standardized') }} as winner
    on
        loser.merged_into = winner.contact_id
        and loser.contact_id <> winner.contact_id
union all
select
    least(contact_id_a, contact_id_b) as contact_id_a,
    greatest(contact_id_a, contact_id_b) as contact_id_b,
    'decision' as rule,
    'decided by ' || author || ' on ' || cast(decided_on as string) || ': ' || reason as evidence,
    0 as rank,
    false as is_sole_holder
from {{ ref('int_decisions_numbered') }}
where
    decision = 'must-link'
    and is_known
