select
    identities.contact_id,
    min(identities.contact_id) over (
        partition by coalesce(grouped.group_number, -identities.record_number)
    ) as cluster_id
from {{ ref('int_identities_unioned') }} as identities
left join {{ ref('int_identities_grouped') }} as grouped
    on identities.record_number = grouped.record_number
