select
    decisions.*,
    a.record_number as number_a,
    b.record_number as number_b,
    coalesce(a.record_number <> b.record_number, false) as is_known
from {{ ref('identity_decisions') }} as decisions
left join {{ ref('int_identities_unioned') }} as a
    on decisions.contact_id_a = a.contact_id
left join {{ ref('int_identities_unioned') }} as b
    on decisions.contact_id_b = b.contact_id
