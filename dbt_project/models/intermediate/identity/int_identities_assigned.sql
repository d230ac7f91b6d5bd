with identities as (

    select
        identities.contact_id,
        identities.source,
        identities.source_id,
        clustered.cluster_id,
        bool_or(identities.is_active) over (partition by clustered.cluster_id) as is_live
    from {{ ref('int_identities_unioned') }} as identities
    inner join {{ ref('int_identities_clustered') }} as clustered
        on identities.contact_id = clustered.contact_id

),

taken as (

    select * from {{ ref('int_customer_ids_claimed') }}
    where is_taken

),

new_ids as (

    select * from {{ ref('int_customer_ids_proposed') }}

),

held as (

    select
        source,
        source_id,
        customer_id
    from {{ source('ledger', 'customer_ids') }}
    qualify row_number() over (partition by source, source_id order by version desc, assigned_at desc, customer_id) = 1

)

select
    identities.contact_id,
    identities.source,
    identities.source_id,
    identities.cluster_id,
    case when identities.is_live then coalesce(taken.customer_id, new_ids.customer_id) else held.customer_id end
        as customer_id
from identities
left join taken
    on identities.cluster_id = taken.cluster_id
left join new_ids
    on identities.cluster_id = new_ids.cluster_id
left join held
    on
        identities.source = held.source
        and identities.source_id = held.source_id
