{{ config(materialized='incremental', incremental_strategy='of_affected', unique_key='record_number') }}
select
    identities.contact_id,
    identities.record_number,
    min(identities.contact_id) over (partition by grouped.group_number) as cluster_id
from {{ ref('int_identities_unioned') }} as identities
inner join {{ ref('int_identities_grouped') }} as grouped
    on identities.record_number = grouped.record_number
inner join {{ ref('int_identities_affected') }} as affected
    on identities.record_number = affected.record_number
