select
    compared.pattern,
    compared.is_candidate,
    cast(count(*) as double) as count_of_pairs,
    avg(cast(compared.first_name_rarity as double)) as first_name_rarity,
    avg(cast(compared.birth_date_rarity as double)) as birth_date_rarity,
    avg(cast(compared.person_number_rarity as double)) as person_number_rarity,
    avg(cast(compared.shared_rarity as double)) as shared_rarity
from {{ ref('int_pairs_compared') }} as compared
inner join {{ ref('int_identity_run') }} as standing
    on standing.is_full_refresh
group by
    compared.pattern,
    compared.is_candidate,
    floor(compared.first_name_rarity / 3),
    floor(compared.birth_date_rarity / 6),
    floor(compared.shared_rarity / 3)
