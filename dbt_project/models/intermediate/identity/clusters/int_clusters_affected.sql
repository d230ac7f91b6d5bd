with assigned as (

    {{ previous_rows('int_customer_ids_assigned', {'contact_id': 'string', 'customer_id': 'string'}) }}

)

select
    clustered.contact_id,
    clustered.record_number,
    clustered.cluster_id,
    assigned.customer_id as customer_id_before
from {{ ref('int_clusters') }} as clustered
inner join {{ ref('int_components_affected') }} as affected
    on clustered.record_number = affected.record_number
left join assigned
    on clustered.contact_id = assigned.contact_id
