with contacts as (

    select record_number from {{ ref('int_contacts_changed') }}

),

keys as (

    {{ current_rows('int_match_keys', {'record_number': 'bigint', 'key_kind': 'string', 'key': 'string'}) }}

),

-- Where every record is read, all are judged anyway.
read_alone as (

    select contacts.record_number
    from contacts
    inner join {{ ref('int_identity_run') }} as standing
        on not standing.is_full_refresh

),

{{ match_keys_of('read_alone') }},

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
    from match_keys

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

    {{ current_rows('int_customer_ids_assigned', {'record_number': 'bigint', 'cluster_id': 'string'}) }}

)

select record_number from neighbours
union
select mates.record_number
from neighbours
inner join groups
    on neighbours.record_number = groups.record_number
inner join groups as mates
    on groups.cluster_id = mates.cluster_id
