with source as (

    {{ last_known('klaviyo', 'metrics', {'attributes': ['name']}) }}

)

select
    {{ global_id('record_id') }} as metric_id,
    source,
    {{ nullif_blank('r.attributes.name') }} as name
from source
