{{ config(materialized='incremental', incremental_strategy='of_nothing') }}
with standing as (

    select * from {{ ref('int_identity_run') }}
    where is_full_refresh

),

blocks as (

    select
        keys.rule,
        count(*) as size
    from {{ ref('int_blocking_keys') }} as keys
    inner join standing
        on standing.is_full_refresh
    group by keys.rule, keys.key
    having count(*) > 1

),

sizes as (

    {{ block_sizes('blocks') }}

)

select
    rule,
    min(size) as too_large
from sizes
where count_of_pairs > {{ most_pairs_of_a_rule() }}
group by rule
