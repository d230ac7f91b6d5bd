{#-
    Ids that stay, for people and for companies: a cluster of records goes on with the id that most of its records held, and
    an id that was ever given out is never given to others. `ledger` holds who had which id, `records` has a row a record,
    `clustered` its cluster; `id` and `record` are the names of the columns.
-#}

{#- The steps of a query to `clusters`, the records with their cluster, and `held`, the last id that the ledger has for each. -#}
{% macro ids_held(ledger, records, clustered, id, record) -%}
clusters as (

    select
        identities.{{ record }},
        identities.record_number,
        identities.source,
        identities.source_id,
        clustered.cluster_id,
        bool_or(identities.is_active) over (partition by clustered.cluster_id) as is_live
    from {{ records }} as identities
    inner join {{ clustered }} as clustered
        on identities.{{ record }} = clustered.{{ record }}

),

held as (

    select
        ledger.source,
        ledger.source_id,
        ledger.{{ id }}
    from {{ ledger }} as ledger
    inner join clusters as known
        on
            ledger.source = known.source
            and ledger.source_id = known.source_id
    qualify row_number() over (
        partition by ledger.source, ledger.source_id order by ledger.version desc, ledger.assigned_at desc, ledger.{{ id }} nulls last
    ) = 1

)
{%- endmacro %}

{#-
    Further steps, to `taken`: the id that a cluster goes on with, if it can go on with one. Where a merge is
    undone, the part that held the id before the merge keeps it, however small it is, and the part that came with another id gets
    that one back.
-#}
{% macro ids_claimed(ledger, id) -%}
-- What each record has held, in order: where it came from when it took an id.
tenures as (

    select
        ledger.{{ id }},
        ledger.source,
        ledger.source_id,
        ledger.assigned_at,
        clusters.cluster_id,
        lag(ledger.{{ id }}) over (
            partition by ledger.source, ledger.source_id order by ledger.version nulls last, ledger.assigned_at nulls last
        ) as {{ id }}_before
    from {{ ledger }} as ledger
    inner join clusters
        on
            ledger.source = clusters.source
            and ledger.source_id = clusters.source_id
    where clusters.is_live

),

-- Since when a cluster's records hold an id, and whether the first of them brought another one with them.
tenured as (

    select
        {{ id }},
        cluster_id,
        min(assigned_at) as held_since,
        bool_and({{ id }}_before is not null) as has_come
    from (
        select *
        from tenures
        qualify assigned_at = min(assigned_at) over (partition by cluster_id, {{ id }})
    ) as earliest
    group by {{ id }}, cluster_id

),

firsts as (

    select
        {{ id }},
        min(assigned_at) as first_assigned_at
    from {{ ledger }}
    where {{ id }} in (select tenures.{{ id }} from tenures)
    group by {{ id }}

),

votes as (

    select
        held.{{ id }},
        clusters.cluster_id,
        count(*) as count_of_records
    from held
    inner join clusters
        on
            held.source = clusters.source
            and held.source_id = clusters.source_id
    where clusters.is_live
    group by held.{{ id }}, clusters.cluster_id

),

-- An id goes to the cluster that did not come to it from another id, and of several to the one that has most of its records …
offered as (

    select votes.*
    from votes
    inner join tenured
        on
            votes.{{ id }} = tenured.{{ id }}
            and votes.cluster_id = tenured.cluster_id
    qualify row_number() over (
        partition by votes.{{ id }}
        order by tenured.has_come nulls last, votes.count_of_records desc, tenured.held_since nulls last, votes.cluster_id nulls last
    ) = 1

),

-- … a cluster that is left without one gets the id back that most of its records held before, if nobody holds it now …
vacant as (

    select
        tenures.{{ id }},
        tenures.cluster_id,
        count(*) as count_of_records
    from tenures
    left join offered
        on tenures.cluster_id = offered.cluster_id
    where
        offered.cluster_id is null
        and tenures.{{ id }} not in (
            select last_held.{{ id }}
            from {{ ledger }} as last_held
            qualify row_number() over (
                partition by last_held.source, last_held.source_id
                order by last_held.version desc, last_held.assigned_at desc, last_held.{{ id }} nulls last
            ) = 1
        )
    group by tenures.{{ id }}, tenures.cluster_id

),

returned as (

    select *
    from vacant
    qualify row_number() over (partition by {{ id }} order by count_of_records desc, cluster_id nulls last) = 1

),

claims as (

    select * from offered
    union all
    select * from returned

),

-- … and it takes one of those that come to it; the others become its aliases.
taken as (

    select
        claims.{{ id }},
        claims.cluster_id
    from claims
    inner join firsts
        on claims.{{ id }} = firsts.{{ id }}
    qualify row_number() over (
        partition by claims.cluster_id order by claims.count_of_records desc, firsts.first_assigned_at nulls last, claims.{{ id }} nulls last
    ) = 1

)
{%- endmacro %}

{#- Further steps, to `minted`: a new id for each cluster that needs one, which no other records ever had. -#}
{% macro ids_minted(ledger, id, record, prefix) -%}
nameless as (

    select distinct
        clusters.cluster_id,
        '{{ prefix }}' || substring(md5(clusters.cluster_id), 1, 16) as {{ id }}
    from clusters
    left join taken
        on clusters.cluster_id = taken.cluster_id
    where
        clusters.is_live
        and taken.cluster_id is null

),

salts as (

    select {{ crm360.each() }}({{ crm360.series(1, 50) }}) as salt

),

used_ids as (

    select distinct {{ id }} from {{ ledger }}
    where {{ id }} in (select nameless.{{ id }} from nameless)

),

salted as (

    select
        nameless.cluster_id,
        0 as salt,
        nameless.{{ id }}
    from nameless
    union all
    select
        nameless.cluster_id,
        salts.salt,
        '{{ prefix }}' || substring(md5(nameless.cluster_id || ':' || cast(salts.salt as string)), 1, 16) as {{ id }}
    from nameless
    inner join used_ids
        on nameless.{{ id }} = used_ids.{{ id }}
    cross join salts

),

-- The clusters that have ever held each id; none for a record that no longer exists or is of none of these clusters.
used as (

    select distinct
        ledger.{{ id }},
        coalesce(clusters.cluster_id, '') as cluster_id
    from {{ ledger }} as ledger
    left join clusters
        on ledger.source || ':' || ledger.source_id = clusters.{{ record }}
    where ledger.{{ id }} in (select salted.{{ id }} from salted)

),

minted as (

    select
        salted.cluster_id,
        salted.{{ id }}
    from salted
    left join used
        on
            salted.{{ id }} = used.{{ id }}
            and salted.cluster_id <> used.cluster_id
    where used.{{ id }} is null
    qualify row_number() over (partition by salted.cluster_id order by salted.salt nulls last) = 1

)
{%- endmacro %}

{#- One row per record with its cluster and its id; a record whose cluster is dead keeps the id that it had. -#}
{% macro ids_assigned(ledger, records, clustered, id, record, prefix) -%}
with {{ crm360.ids_held(ledger, records, clustered, id, record) }},

{{ crm360.ids_claimed(ledger, id) }},

{{ crm360.ids_minted(ledger, id, record, prefix) }}

select
    clusters.{{ record }},
    clusters.record_number,
    clusters.source,
    clusters.source_id,
    clusters.cluster_id,
    case when clusters.is_live then coalesce(taken.{{ id }}, minted.{{ id }}) else held.{{ id }} end as {{ id }}
from clusters
left join taken
    on clusters.cluster_id = taken.cluster_id
left join minted
    on clusters.cluster_id = minted.cluster_id
left join held
    on
        clusters.source = held.source
        and clusters.source_id = held.source_id
{%- endmacro %}

{#- One row per id that some cluster once had and none has now, with the id that has most of its records today. `survived` has
    a row an id of today. -#}
{% macro ids_gone(ledger, assigned, survived, id) -%}
with ledger as (

    select * from {{ ledger }}

),

identities as (

    select * from {{ assigned }}

),

living as (

    select * from {{ survived }}

),

holders as (

    select
        ledger.{{ id }} as alias_id,
        living.{{ id }},
        count(distinct ledger.source || ':' || ledger.source_id) as count_of_records
    from ledger
    left join identities
        on
            ledger.source = identities.source
            and ledger.source_id = identities.source_id
    left join living
        on identities.{{ id }} = living.{{ id }}
    group by ledger.{{ id }}, living.{{ id }}

),

lifetimes as (

    select
        {{ id }} as alias_id,
        min(assigned_at) as first_assigned_at,
        max(assigned_at) as last_assigned_at
    from ledger
    group by {{ id }}

),

successors as (

    select * from holders
    qualify row_number() over (
        partition by alias_id
        order by {{ id }} is null asc nulls last, count_of_records desc, {{ id }} asc nulls last
    ) = 1

)

select
    successors.alias_id,
    successors.{{ id }},
    lifetimes.first_assigned_at,
    lifetimes.last_assigned_at
from successors
inner join lifetimes
    on successors.alias_id = lifetimes.alias_id
left join living
    on successors.alias_id = living.{{ id }}
where living.{{ id }} is null
{%- endmacro %}
