select
    compared.pattern,
    compared.is_candidate,
    cast(count(*) as double) as count_of_pairs,
    avg(cast(compared.personal_rarity as double)) as personal_rarity,
    avg(cast(compared.shared_rarity as double)) as shared_rarity
from {{ ref('int_pairs_compared') }} as compared
inner join {{ ref('int_identities_standing') }} as standing
    on standing.is_anew
group by
    compared.pattern,
    compared.is_candidate,
    floor(compared.personal_rarity / 3),
    floor(compared.shared_rarity / 3)
