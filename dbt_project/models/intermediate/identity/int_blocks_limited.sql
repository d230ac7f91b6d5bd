{{ config(materialized='incremental', incremental_strategy='of_nothing') }}
with standing as (

    select * from {{ ref('int_identities_standing') }}
    where is_anew

),

blocks as (

    select
        keys.rule,
        count(*) as size
    from {{ ref('int_identities_blocked') }} as keys
    inner join standing
        on standing.is_anew
    group by keys.rule, keys.key
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

)

select
    rule,
    max(size) as largest_size
from sizes
where
    count_of_pairs <= 100000 + 10 * (
        select least(count(*), 50000) + count(*) / 5 from {{ ref('int_identities_described') }}
    )
group by rule
