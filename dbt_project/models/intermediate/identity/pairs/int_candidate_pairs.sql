with touched as (

    -- The blocks that this run's records are in; where all records are read, no block need be looked for.

    select distinct
        keys.rule,
        keys.key
    from {{ ref('int_blocking_keys') }} as keys
    inner join {{ ref('int_records_to_rescore') }} as contacts
        on keys.record_number = contacts.record_number
    inner join {{ ref('int_identity_run') }} as standing
        on not standing.is_full_refresh

),

keys as (

    select
        keys.rule,
        keys.key,
        keys.record_number,
        true as is_rescored,
        true as is_read
    from {{ ref('int_blocking_keys') }} as keys
    inner join {{ ref('int_identity_run') }} as standing
        on standing.is_full_refresh
    union all
    select
        keys.rule,
        keys.key,
        keys.record_number,
        contacts.record_number is not null as is_rescored,
        coalesce(contacts.is_paired_anew, false) as is_read
    from {{ ref('int_blocking_keys') }} as keys
    inner join touched
        on
            keys.rule = touched.rule
            and keys.key = touched.key
    left join {{ ref('int_records_to_rescore') }} as contacts
        on keys.record_number = contacts.record_number

),

blocks as (

    select
        rule,
        key,
        count(*) as size
    from keys
    group by rule, key
    having count(*) > 1

),

sizes as (

    {{ block_sizes('blocks') }}

),

-- What was too large when all was read stays so; and no night's crowd costs more than that night did.
kept as (

    select
        blocks.rule,
        blocks.key
    from blocks
    inner join sizes
        on
            blocks.rule = sizes.rule
            and blocks.size = sizes.size
    left join {{ ref('int_blocking_limits') }} as limited
        on blocks.rule = limited.rule
    where
        sizes.count_of_pairs <= {{ most_pairs_of_a_rule() }}
        and coalesce(blocks.size < limited.too_large, true)

),

members as (

    select
        keys.rule,
        keys.key,
        keys.record_number,
        keys.is_rescored,
        keys.is_read
    from keys
    inner join kept
        on
            keys.rule = kept.rule
            and keys.key = kept.key

)

select distinct
    least(a.record_number, b.record_number) as number_a,
    greatest(a.record_number, b.record_number) as number_b
from members as a
inner join members as b
    on
        a.rule = b.rule
        and a.key = b.key
        and a.record_number <> b.record_number
where
    (a.is_read and (a.record_number < b.record_number or not b.is_read))
    or (a.is_rescored and b.is_rescored and not a.is_read and not b.is_read and a.record_number < b.record_number)
