with held as (

    select
        source,
        source_id,
        customer_id,
        min(assigned_at) over (partition by customer_id) as first_assigned_at
    from {{ source('ledger', 'customer_ids') }}
    qualify row_number() over (partition by source, source_id order by version desc, assigned_at desc, customer_id) = 1

),

clusters as (

    select
        identities.source,
        identities.source_id,
        clustered.cluster_id,
        bool_or(identities.is_active) over (partition by clustered.cluster_id) as is_live
    from {{ ref('int_identities_unioned') }} as identities
    inner join {{ ref('int_identities_clustered') }} as clustered
        on identities.contact_id = clustered.contact_id

),

votes as (

    select
        held.customer_id,
        clusters.cluster_id,
        held.first_assigned_at,
        count(*) as count_of_records
    from held
    inner join clusters
        on
            held.source = clusters.source
            and held.source_id = clusters.source_id
    where clusters.is_live
    group by held.customer_id, clusters.cluster_id, held.first_assigned_at

),

-- An id goes to the one cluster that has most of its records …
offered as (

    select *
    from votes
    qualify row_number() over (partition by customer_id order by count_of_records desc, cluster_id) = 1

)

-- … and a cluster takes one of the ids that come to it; the others become its aliases.
select
    customer_id,
    cluster_id,
    count_of_records,
    row_number() over (
        partition by cluster_id order by count_of_records desc, first_assigned_at, customer_id
    ) = 1 as is_taken
from offered
