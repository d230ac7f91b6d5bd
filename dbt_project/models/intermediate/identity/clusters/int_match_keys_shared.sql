with held as (

    select * from {{ ref('int_match_keys') }}

),

near as (

    select distinct
        held.key_kind,
        held.key
    from held
    inner join {{ ref('int_records_to_relink') }} as near
        on held.record_number = near.record_number

),

sizes as (

    select
        held.key_kind,
        held.key
    from held
    inner join near
        on
            held.key_kind = near.key_kind
            and held.key = near.key
    group by held.key_kind, held.key
    having count(*) between 2 and {{ var('max_records_per_key') }}

)

select
    identities.contact_id,
    identities.first_key,
    identities.last_key,
    identities.full_first_key,
    identities.full_last_key,
    held.key_kind,
    held.key,
    min(identities.contact_id) over (partition by held.key_kind, held.key) as first_contact_id
from held
inner join sizes
    on
        held.key_kind = sizes.key_kind
        and held.key = sizes.key
inner join {{ ref('int_contacts_standardized') }} as identities
    on held.record_number = identities.record_number
