with source as (

    {{ latest('hubspot', 'ticket_pipelines', {
        'label': 'text', 'stages': {'each': {'id': 'text', 'label': 'text', 'metadata': ['ticketState', 'isClosed']}}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        {{ each() }}(r.stages) as stage
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} || '/' || stage.id as ticket_stage_id,
        source,
        record_id as pipeline,
        stage.id as stage,
        {{ nullif_blank('stage.label') }} as stage_label,
        coalesce(
            upper({{ nullif_blank('stage.metadata.ticketState') }}) = 'CLOSED', {{ as_flag('stage.metadata.isClosed') }}
        ) as is_closed,
        is_deleted
    from unnested

)

select * from renamed
