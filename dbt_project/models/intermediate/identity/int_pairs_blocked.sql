with keys as (

    select * from {{ ref('int_identities_blocked') }}

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

-- Small blocks first, as long as a rule's pairs stay in proportion to the records: so does the cost.
sizes as (

    select
        rule,
        size,
        sum(count(*) * size * (size - 1) / 2) over (partition by rule order by size) as count_of_pairs
    from blocks
    group by rule, size

),

kept as (

    select
        blocks.rule,
        blocks.key
    from blocks
    inner join sizes
        on
            blocks.rule = sizes.rule
            and blocks.size = sizes.size
    where
        sizes.count_of_pairs <= 100000 + 10 * (
            select least(count(*), 50000) + count(*) / 5 from {{ ref('int_identities_described') }}
        )

),

members as (

    select
        keys.rule,
        keys.key,
        keys.record_number
    from keys
    inner join kept
        on
            keys.rule = kept.rule
            and keys.key = kept.key

)

select distinct
    a.record_number as number_a,
    b.record_number as number_b
from members as a
inner join members as b
    on
        a.rule = b.rule
        and a.key = b.key
        and a.record_number < b.record_number
