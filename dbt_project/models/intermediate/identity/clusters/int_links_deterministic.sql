with near as (

    select distinct
        held.key_kind,
        held.key
    from {{ ref('int_match_keys') }} as held
    inner join {{ ref('int_records_to_relink') }} as near
        on held.record_number = near.record_number

),

keys as (

    select held.*
    from {{ ref('int_match_keys') }} as held
    inner join near
        on
            held.key_kind = near.key_kind
            and held.key = near.key

),

shared as (

    select
        key_kind,
        key
    from keys
    group by key_kind, key
    having count(*) between 2 and {{ var('max_records_per_key') }}

),

keyed as (

    select
        identities.contact_id,
        identities.first_key,
        identities.last_key,
        identities.full_first_key,
        identities.full_last_key,
        keys.key_kind,
        keys.key,
        min(identities.contact_id) over (partition by keys.key_kind, keys.key) as first_contact_id
    from keys
    inner join shared
        on
            keys.key_kind = shared.key_kind
            and keys.key = shared.key
    inner join {{ ref('int_contacts_standardized') }} as identities
        on keys.record_number = identities.record_number

),

pairs as (

    select
        a.contact_id as contact_id_a,
        b.contact_id as contact_id_b,
        a.key_kind,
        a.key,
        a.contact_id = a.first_contact_id as is_with_first,
        {{ names_agreed() }}
    from keyed as a
    inner join keyed as b
        on
            a.key_kind = b.key_kind
            and a.key = b.key
            and a.contact_id < b.contact_id

),

compared as (

    select
        *,
        case
            when is_swapped or (first_agrees and last_agrees) then 'both names agree'
            when first_agrees and last_agrees is null then 'first names agree'
            when last_agrees and first_agrees is null then 'last names agree'
            when first_agrees and not last_agrees then 'only first names agree'
            when first_agrees is null and last_agrees is null then 'a name is missing'
            else 'names differ'
        end as agreement
    from pairs

),

judged as (

    select
        *,
        bool_and(case key_kind
            when 'e-mail' then agreement <> 'names differ'
            when 'phone' then agreement in ('both names agree', 'first names agree', 'last names agree')
            else agreement = 'both names agree'
        end) over (partition by key_kind, key) as is_one_person
    from compared

)

select
    contact_id_a,
    contact_id_b,
    'same ' || key_kind as rule,
    'same ' || key_kind || ', ' || agreement as evidence,
    case key_kind when 'e-mail' then 3 when 'phone' then 4 when 'phone ending' then 5 else 6 end as rank,
    -- Nobody with another name has the key.
    agreement <> 'both names agree' as is_sole_holder
from judged
where
    (is_one_person and is_with_first)
    or (not is_one_person and agreement = 'both names agree')
