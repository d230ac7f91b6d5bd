with recursive links as (

    select
        contact_id_a as contact_id,
        contact_id_b as neighbour_id
    from {{ ref('int_identities_linked') }}
    union all
    select
        contact_id_b as contact_id,
        contact_id_a as neighbour_id
    from {{ ref('int_identities_linked') }}

),

-- Walks start at records with no smaller neighbour: every cluster's smallest record is one, and they are few.
starts as (

    select contact_id
    from links
    group by contact_id
    having min(neighbour_id) > contact_id

),

walked as (

    select
        contact_id as start_id,
        contact_id
    from starts
    union
    select
        walked.start_id,
        links.neighbour_id as contact_id
    from walked
    inner join links
        on walked.contact_id = links.contact_id

),

reached as (

    select
        contact_id,
        min(start_id) as cluster_id
    from walked
    group by contact_id

)

select
    identities.contact_id,
    coalesce(reached.cluster_id, identities.contact_id) as cluster_id
from {{ ref('int_identities_unioned') }} as identities
left join reached
    on identities.contact_id = reached.contact_id
