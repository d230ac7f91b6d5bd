with nameless as (

    select distinct
        clustered.cluster_id,
        'c_' || substring(md5(clustered.cluster_id), 1, 16) as customer_id
    from {{ ref('int_identities_clustered') }} as clustered
    inner join {{ ref('int_identities_unioned') }} as identities
        on clustered.contact_id = identities.contact_id
    left join {{ ref('int_customer_ids_claimed') }} as claimed
        on
            clustered.cluster_id = claimed.cluster_id
            and claimed.is_taken
    where
        identities.is_active
        and claimed.cluster_id is null

),

-- The clusters that have ever held each id; null for a record that no longer exists.
used as (

    select distinct
        ledger.customer_id,
        coalesce(clustered.cluster_id, '') as cluster_id
    from {{ source('ledger', 'customer_ids') }} as ledger
    left join {{ ref('int_identities_clustered') }} as clustered
        on ledger.source || ':' || ledger.source_id = clustered.contact_id

),

salts as (

    select unnest(generate_series(1, 50)) as salt

),

used_ids as (

    select distinct customer_id from used

),

salted as (

    select
        nameless.cluster_id,
        0 as salt,
        nameless.customer_id
    from nameless
    union all
    select
        nameless.cluster_id,
        salts.salt,
        'c_' || substring(md5(nameless.cluster_id || ':' || cast(salts.salt as string)), 1, 16) as customer_id
    from nameless
    inner join used_ids
        on nameless.customer_id = used_ids.customer_id
    cross join salts

)

select
    salted.cluster_id,
    salted.customer_id
from salted
left join used
    on
        salted.customer_id = used.customer_id
        and salted.cluster_id <> used.cluster_id
where used.customer_id is null
qualify row_number() over (partition by salted.cluster_id order by salted.salt) = 1
