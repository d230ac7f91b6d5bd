with pairs as (

    select
        number_a,
        number_b,
        true as is_candidate
    from {{ ref('int_candidate_pairs') }}
    union all
    select
        number_a,
        number_b,
        false as is_candidate
    from {{ ref('int_random_pairs') }}

),

{{ pairs_compared('pairs') }}

select
    is_candidate,
    number_a,
    number_b,
    pattern,
    first_name_rarity,
    birth_date_rarity,
    person_number_rarity,
    {{ shared_rarity() }} as shared_rarity
from compared
