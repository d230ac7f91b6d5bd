with standing as (

    select * from {{ ref('int_identities_standing') }}

),

contacts as (

    select record_number from {{ ref('int_contacts_read') }}

),

-- The blocks that tonight's records are in; which is every block when all are read.
touched as (

    select distinct
        keys.rule,
        keys.key
    from {{ ref('int_identities_blocked') }} as keys
    inner join contacts
        on keys.record_number = contacts.record_number
    inner join standing
        on not standing.is_anew

),

keys as (

    select
        keys.rule,
        keys.key,
        keys.record_number,
        true as is_read
    from {{ ref('int_identities_blocked') }} as keys
    inner join standing
        on standing.is_anew
    union all
    select
        keys.rule,
        keys.key,
        keys.record_number,
        contacts.record_number is not null as is_read
    from {{ ref('int_identities_blocked') }} as keys
    inner join touched
        on
            keys.rule = touched.rule
            and keys.key = touched.key
    left join contacts
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

members as (

    select keys.*
    from keys
    inner join blocks
        on
            keys.rule = blocks.rule
            and keys.key = blocks.key
    inner join {{ ref('int_blocks_limited') }} as limited
        on
            blocks.rule = limited.rule
            and blocks.size <= limited.largest_size

)

select distinct
    least(a.record_number, b.record_number) as number_a,
    greatest(a.record_number, b.record_number) as number_b
from members as a
inner join members as b
    on
        a.rule = b.rule
        and a.key = b.key
        and (a.record_number < b.record_number or (not b.is_read and a.record_number <> b.record_number))
where a.is_read
