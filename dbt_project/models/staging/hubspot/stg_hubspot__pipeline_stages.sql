with source as (

    {{ latest('hubspot', 'pipelines', {
        'label': 'text',
        'stages': {'each': {
            'id': 'text', 'label': 'text', 'displayOrder': 'text', 'metadata': ['probability', 'isClosed']
        }}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        r.label as pipeline_label,
        is_deleted,
        {{ each() }}(r.stages) as stage
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} || '/' || stage.id as pipeline_stage_id,
        source,
        record_id as pipeline,
        {{ nullif_blank('pipeline_label') }} as pipeline_label,
        stage.id as stage,
        {{ nullif_blank('stage.label') }} as stage_label,
        {{ as_whole('stage.displayOrder') }} as stage_order,
        {{ as_decimal('stage.metadata.probability') }} as probability,
        {{ as_flag('stage.metadata.isClosed') }} as is_closed,
        is_deleted
    from unnested

)

select * from renamed
