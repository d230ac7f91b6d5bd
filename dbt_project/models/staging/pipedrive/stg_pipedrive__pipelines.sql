with source as (

    {{ last_known('pipedrive', 'pipelines', ['name', 'is_deal_probability_enabled']) }}

)

select
    {{ global_id('record_id') }} as pipeline_id,
    source,
    record_id as pipeline,
    {{ nullif_blank('r.name') }} as pipeline_label,
    {{ as_flag('r.is_deal_probability_enabled') }} as has_probabilities,
    is_deleted
from source
