select
    pattern,
    is_candidate,
    avg(cast(personal_rarity as double)) as personal_rarity,
    avg(cast(shared_rarity as double)) as shared_rarity,
    cast(count(*) as double) as count_of_pairs
from {{ ref('int_pairs_compared') }}
inner join {{ ref('int_identities_standing') }} as standing
    on standing.is_anew
group by pattern, is_candidate, floor(personal_rarity / 3), floor(shared_rarity / 3)
