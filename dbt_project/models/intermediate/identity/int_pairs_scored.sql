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

)

select * from scored
-- What is less likely than one in a million plays no part.
where score > -20
