{{ config(materialized='incremental', incremental_strategy='of_affected', unique_key='record_number') }}
select
    identities.contact_id,
    identities.record_number,
    min(identities.contact_id) over (partition by grouped.group_number) as cluster_id
from {{ ref('int_contacts_standardized') }} as identities
inner join {{ ref('int_clusters_formed') }} as grouped
    on identities.record_number = grouped.record_number
inner join {{ ref('int_components_affected') }} as affected
    on identities.record_number = affected.record_number
