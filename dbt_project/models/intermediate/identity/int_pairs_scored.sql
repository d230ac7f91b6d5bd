-- A record that has changed since is judged anew: only what nobody touched is held by what it was.
with held as (

    select
        identities.record_number,
        max_by(ledger.customer_id, ledger.version) as customer_id
    from {{ source('ledger', 'customer_ids') }} as ledger
    inner join {{ ref('int_identities_unioned') }} as identities
        on
            ledger.source = identities.source
            and ledger.source_id = identities.source_id
    inner join {{ ref('int_contacts_unioned') }} as contacts
        on identities.contact_id = contacts.contact_id
    where contacts.updated_at <= (select max(told.assigned_at) from {{ source('ledger', 'customer_ids') }} as told)
    group by identities.record_number

),

weighed as (

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

)

select
    scored.number_a,
    scored.number_b,
    scored.pattern,
    scored.score,
    coalesce(held_a.customer_id = held_b.customer_id, false) as is_held
from scored
left join held as held_a
    on scored.number_a = held_a.record_number
left join held as held_b
    on scored.number_b = held_b.record_number
-- What is less likely than one in a million plays no part.
where scored.score > -20
