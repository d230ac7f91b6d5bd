with source as (

    {{ latest('hubspot', 'lists', {'name': 'text', 'processingType': 'text'}) }}

)

select
    {{ global_id("'list/' || record_id") }} as list_id,
    source,
    is_deleted,
    {{ nullif_blank('r.name') }} as list_name,
    case upper({{ nullif_blank('r.processingType') }})
        when 'MANUAL' then 'static'
        when 'SNAPSHOT' then 'static'
        when 'DYNAMIC' then 'dynamic'
        else 'other'
    end as list_kind
from source
