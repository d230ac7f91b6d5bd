-- Each version of a deal tells its stage and since when it has been there; the stages before the first version are
-- told by a request for each deal only, which nobody makes.
with source as (

    {{ every_version('pipedrive', 'deals', ['pipeline_id', 'stage_id', 'stage_change_time', 'add_time']) }}

),

told as (

    select
        *,
        {{ nullif_blank('r.stage_id') }} as stage,
        {{ nullif_blank('r.pipeline_id') }} as pipeline,
        coalesce({{ nullif_blank('r.stage_change_time') }}, {{ nullif_blank('r.add_time') }}) as moment,
        max(case when is_newest and is_deleted then 1 else 0 end) over (partition by source, record_id) = 1 as is_gone
    from source

),

entries as (

    select
        *,
        {{ utc('moment') }} as entered_at,
        {{ unread(times=['moment']) }} as parse_errors
    from told
    where stage is not null
    qualify row_number() over (
        partition by source, record_id, stage, coalesce(moment, '') order by known_from desc nulls last
    ) = 1

),

stages as (

    select * from {{ ref('stg_pipedrive__stages') }}

)

select
    {{ global_id(
        "entries.record_id || '/' || entries.stage || '/' || coalesce(entries.moment, '')", 'entries.source'
    ) }} as deal_stage_id,
    entries.source,
    entries.record_id as source_id,
    entries.entered_at as created_at,
    entries.changed_at as updated_at,
    entries.is_gone as is_deleted,
    {{ global_id('entries.record_id', 'entries.source') }} as deal_id,
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
