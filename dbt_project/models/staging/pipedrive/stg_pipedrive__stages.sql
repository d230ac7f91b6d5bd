-- The chance that a stage stands for counts only where its pipeline reckons with chances.
with source as (

    {{ last_known('pipedrive', 'stages', ['name', 'order_nr', 'deal_probability', 'pipeline_id']) }}

),

pipelines as (

    select * from {{ ref('stg_pipedrive__pipelines') }}

),

renamed as (

    select
        {{ global_id('record_id') }} as pipeline_stage_id,
        source,
        {{ nullif_blank('r.pipeline_id') }} as pipeline,
        record_id as stage,
        {{ nullif_blank('r.name') }} as stage_label,
        {{ as_whole('r.order_nr') }} as stage_order,
        {{ quotient(as_decimal('r.deal_probability'), '100') }} as probability,
        is_deleted
    from source

)

select
    renamed.* {{ without('probability') }},
    pipelines.pipeline_label,
    case when coalesce(pipelines.has_probabilities, false) then renamed.probability end as probability
from renamed
left join pipelines
    on
        renamed.source = pipelines.source
        and renamed.pipeline = pipelines.pipeline
