{{ config(materialized='incremental', incremental_strategy='of_near', unique_key=['number_a', 'number_b']) }}
with near as (

    select record_number from {{ ref('int_records_to_relink') }}

),

scored as (

    select * from {{ ref('int_pairs_scored') }}
    where {{ either_in('number_a', 'number_b', 'near') }}

),

identities as (

    select * from {{ ref('int_contacts_standardized') }}

),

unchanged as (

    select * from {{ ref('int_records_unchanged') }}

),

linked as (

    select * from {{ ref('int_links_deterministic') }}
    union all
    select * from {{ ref('int_links_asserted') }}
    union all
    select
        least(a.contact_id, b.contact_id) as contact_id_a,
        greatest(a.contact_id, b.contact_id) as contact_id_b,
        'alike' as rule,
        weighed.agreement as evidence,
        9 as rank,
        false as is_sole_holder
    from scored
    inner join {{ ref('int_match_weights') }} as weighed
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

),

strongest as (

    select *
    from linked
    qualify row_number() over (
        partition by contact_id_a, contact_id_b
        order by rank nulls last, rule nulls last, evidence nulls last
    ) = 1

)

select
    strongest.contact_id_a,
    strongest.contact_id_b,
    strongest.rule,
    strongest.evidence,
    weighed.agreement,
    a.record_number as number_a,
    b.record_number as number_b,
    strongest.rank <= 1 or coalesce(unchanged_a.customer_id = unchanged_b.customer_id, false) as is_certain,
    case when strongest.is_sole_holder then 0 else coalesce(needed.needed, 0) end as needed,
    coalesce(scored.score, 8) as score
from strongest
inner join identities as a
    on strongest.contact_id_a = a.contact_id
inner join identities as b
    on strongest.contact_id_b = b.contact_id
left join unchanged as unchanged_a
    on a.record_number = unchanged_a.record_number
left join unchanged as unchanged_b
    on b.record_number = unchanged_b.record_number
left join scored
    on
        least(a.record_number, b.record_number) = scored.number_a
        and greatest(a.record_number, b.record_number) = scored.number_b
left join {{ ref('int_match_weights') }} as weighed
    on scored.pattern = weighed.pattern
left join {{ ref('int_link_thresholds') }} as needed
    on weighed.stratum = needed.stratum
where
    ({{ either_in('a.record_number', 'b.record_number', 'near') }})
    and (
        strongest.rank <= 1
        or coalesce(unchanged_a.customer_id = unchanged_b.customer_id, false)
        -- A rule names a link; whether it is one, the score says. And two customers of whom nothing changed stay two.
        or (
            -- Where a name is missing and nobody else has the key, more likely than not is enough.
            ({{ is_alike() }} or (strongest.is_sole_holder and scored.score > 0))
            and coalesce(unchanged_a.customer_id = unchanged_b.customer_id, true)
        )
    )
