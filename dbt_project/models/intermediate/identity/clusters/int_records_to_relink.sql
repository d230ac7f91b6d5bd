with contacts as (

    select record_number from {{ ref('int_contacts_changed') }}

),

keys as (

    {{ current_rows('int_match_keys', {'record_number': 'bigint', 'key_kind': 'string', 'key': 'string'}) }}

),

-- The keys that this run's records had, and those that they have.
touched as (

    select
        keys.key_kind,
        keys.key
    from keys
    inner join contacts
        on keys.record_number = contacts.record_number
    union
    select
        key_kind,
        key
    from {{ ref('int_match_keys_found') }}

),

holders as (

    select
        keys.record_number,
        keys.key_kind,
        keys.key
    from keys
    inner join touched
        on
            keys.key_kind = touched.key_kind
            and keys.key = touched.key

),

sizes as (

    select
        holders.key_kind,
        holders.key,
        count(*) as count_before,
        count(*) filter (where contacts.record_number is null) as count_of_others
    from holders
    left join contacts
        on holders.record_number = contacts.record_number
    group by holders.key_kind, holders.key

),

-- A hub that stays one joins nobody.
neighbours as (

    select record_number from {{ ref('int_records_to_rescore') }}
    union
    select holders.record_number
    from holders
    inner join sizes
        on
            holders.key_kind = sizes.key_kind
            and holders.key = sizes.key
    where least(sizes.count_before, sizes.count_of_others) <= {{ var('max_records_per_key') }}

),

groups as (

    {{ current_rows('int_clusters_formed', {'record_number': 'bigint', 'group_number': 'bigint'}) }}

)

select record_number from neighbours
union
select mates.record_number
from neighbours
inner join groups
    on neighbours.record_number = groups.record_number
inner join groups as mates
    on groups.group_number = mates.group_number
