with identities as (

    select
        record_number,
        contact_id,
        cluster_id
    from {{ ref('int_customer_ids_assigned') }}

),

decided as (

    {{ pairs_decided(ref('int_decisions_numbered')) }}

),

pairs as (

    select
        scored.score,
        weighed.agreement,
        least(a.contact_id, b.contact_id) as contact_id_a,
        greatest(a.contact_id, b.contact_id) as contact_id_b,
        a.cluster_id = b.cluster_id as is_one_customer,
        1 / (1 + power(2.0, -scored.score)) as probability
    from {{ ref('int_pairs_scored') }} as scored
    inner join {{ ref('int_match_weights') }} as weighed
        on scored.pattern = weighed.pattern
    inner join identities as a
        on scored.number_a = a.record_number
    inner join identities as b
        on scored.number_b = b.record_number
    left join decided
        on
            scored.number_a = decided.number_a
            and scored.number_b = decided.number_b
    where
        decided.number_a is null
        and scored.score > -3

)

select
    contact_id_a,
    contact_id_b,
    is_one_customer,
    cast(round(probability, 4) as double) as probability,
    -- How far what was done with the pair is from what its score says.
    cast(round(abs(probability - case when is_one_customer then 1 else 0 end), 4) as double) as doubt,
    agreement
from pairs
where
    (is_one_customer and probability < 0.95)
    or (not is_one_customer and probability > 0.2)
