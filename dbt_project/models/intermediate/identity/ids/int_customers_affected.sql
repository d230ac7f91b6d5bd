select assigned.customer_id
from {{ ref('int_customer_ids_assigned') }} as assigned
inner join {{ ref('int_clusters_affected') }} as regrouped
    on assigned.contact_id = regrouped.contact_id
where assigned.customer_id is not null
union
select customer_id_before as customer_id
from {{ ref('int_clusters_affected') }}
where customer_id_before is not null
