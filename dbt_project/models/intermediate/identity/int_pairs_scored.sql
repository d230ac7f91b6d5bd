{{ config(materialized='incremental', incremental_strategy='of_read', unique_key=['number_a', 'number_b']) }}
with weighed as (

    select
        compared.number_a,
        compared.number_b,
        compared.pattern,
        weighed.person_bits + compared.personal_rarity + compared.shared_rarity as person_bits,
        least(weighed.roof_bits + compared.shared_rarity, 500) as roof_bits
    from {{ ref('int_pairs_compared') }} as compared
    inner join {{ ref('int_pairs_weighed') }} as weighed
        on compared.pattern = weighed.pattern
    where compared.is_candidate

),

scored as (

    select
        number_a,
        number_b,
        pattern,
        cast(person_bits - log2(1 + power(2.0, roof_bits)) as float) as score
    from weighed

),

-- What is far from a link is none, whatever it was.
alike as (

    select number_a as record_number from scored
    where score >= -0.5
    union
    select number_b as record_number from scored
    where score >= -0.5

),

-- A record that has changed since is judged anew: only what nobody touched is held by what it was.
held as (

    select
        identities.record_number,
        max_by(ledger.customer_id, ledger.version) as customer_id
    from alike
    inner join {{ ref('int_identities_unioned') }} as identities
        on alike.record_number = identities.record_number
    inner join {{ source('ledger', 'customer_ids') }} as ledger
        on
            identities.source = ledger.source
            and identities.source_id = ledger.source_id
    inner join {{ ref('int_contacts_unioned') }} as contacts
        on identities.contact_id = contacts.contact_id
    where contacts.updated_at <= (select max(told.assigned_at) from {{ source('ledger', 'customer_ids') }} as told)
    group by identities.record_number

)

select
    scored.number_a,
    scored.number_b,
    scored.pattern,
    scored.score,
    coalesce(held_a.customer_id = held_b.customer_id, false) as is_held,
    coalesce(held_a.customer_id <> held_b.customer_id, false) as is_apart
from scored
left join held as held_a
    on scored.number_a = held_a.record_number
left join held as held_b
    on scored.number_b = held_b.record_number
-- What is less likely than one in a million plays no part.
where scored.score > -20
