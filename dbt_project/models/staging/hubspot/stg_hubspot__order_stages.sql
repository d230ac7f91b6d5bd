with source as (

    {{ latest('hubspot', 'order_pipelines', {'stages': {'each': ['id', 'label']}}) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        {{ each() }}(r.stages) as stage
    from source

)

select
    {{ global_id('record_id') }} || '/' || stage.id as order_stage_id,
    source,
    record_id as pipeline,
    stage.id as stage,
    {{ nullif_blank('stage.label') }} as stage_label,
    is_deleted
from unnested
