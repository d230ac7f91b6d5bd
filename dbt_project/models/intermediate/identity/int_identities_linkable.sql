-- One row per pair of records that anything says is one person, by the strongest that says so: whether it is, the score decides.
{{ config(materialized='view') }}
with near as (

    select record_number from {{ ref('int_identities_near') }}

),

scored as (

    select * from {{ ref('int_pairs_scored') }}
    where
        number_a in (select near.record_number from near)
        or number_b in (select near.record_number from near)

),

identities as (

    select * from {{ ref('int_identities_unioned') }}

),

unchanged as (

    select * from {{ ref('int_records_unchanged') }}

),

linked as (

    select * from {{ ref('int_identities_ruled') }}
    union all
    select * from {{ ref('int_identities_told') }}
    union all
    select
        least(a.contact_id, b.contact_id) as contact_id_a,
        greatest(a.contact_id, b.contact_id) as contact_id_b,
        'alike' as rule,
        weighed.agreement as evidence,
        9 as rank,
        false as is_sole_holder
    from scored
    inner join {{ ref('int_pairs_weighed') }} as weighed
        on scored.pattern = weighed.pattern
    inner join identities as a
        on scored.number_a = a.record_number
    inner join identities as b
        on scored.number_b = b.record_number
    left join {{ ref('int_link_thresholds') }} as needed
        on weighed.stratum = needed.stratum
    where {{ is_alike() }}
    union all
    select
        first_contact_id as contact_id_a,
        contact_id as contact_id_b,
        'held' as rule,
        'one customer before, and unchanged since' as evidence,
        10 as rank,
        false as is_sole_holder
    from unchanged
    where contact_id <> first_contact_id

)

select *
from linked
qualify row_number() over (partition by contact_id_a, contact_id_b order by rank, rule, evidence) = 1
