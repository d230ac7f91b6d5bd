with source as (

    {{ latest('hubspot', 'deals', {
        'properties': ['pipeline'],
        'propertiesWithHistory': {'dealstage': {'each': ['value', 'timestamp']}}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        changed_at,
        is_deleted,
        {{ nullif_blank('r.properties.pipeline') }} as pipeline,
        {{ each() }}(r.propertiesWithHistory.dealstage) as entry
    from source

),

entries as (

    select
        *,
        {{ nullif_blank('entry.value') }} as stage,
        coalesce({{ nullif_blank('entry.timestamp') }}, '') as moment,
        {{ utc('entry.timestamp') }} as entered_at,
        {{ unread(times=['entry.timestamp']) }} as parse_errors
    from unnested
    where {{ nullif_blank('entry.value') }} is not null
    -- A stage that is set again to what it is is no entry.
    qualify stage is distinct from lag(stage) over (
        partition by source, record_id
        order by entered_at nulls last, entry.timestamp nulls last, entry.value nulls last
    )

),

stages as (

    select * from {{ ref('stg_hubspot__pipeline_stages') }}
    where not is_deleted

)

select
    {{ global_id("entries.record_id || '/' || entries.stage || '/' || entries.moment", 'entries.source') }}
        as deal_stage_id,
    entries.source,
    entries.record_id as source_id,
    entries.entered_at as created_at,
    entries.changed_at as updated_at,
    entries.is_deleted,
    {{ global_id('entries.record_id', 'entries.source') }} as deal_id,
    -- The history does not name the pipeline: it is the one that has the stage, the deal's own where several have it.
    coalesce(stages.pipeline, entries.pipeline) as pipeline,
    entries.stage,
    stages.stage_label,
    stages.stage_order,
    entries.entered_at,
    entries.parse_errors
from entries
left join stages
    on
        entries.source = stages.source
        and entries.stage = stages.stage
qualify row_number() over (
    partition by entries.source, entries.record_id, entries.stage, entries.moment
    order by coalesce(stages.pipeline = entries.pipeline, false) desc, stages.pipeline nulls last
) = 1
