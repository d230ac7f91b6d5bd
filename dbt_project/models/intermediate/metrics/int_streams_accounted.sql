-- One row per source and stream whose records are an entity's: where each record that was ever landed has gone.
with

versions as (

    select
        source,
        stream,
        record_id,
        count(*) as count_of_versions
    from {{ source('landing', 'versions') }}
    where rejected_because is null
    group by source, stream, record_id

),

traced as (

    {{ traced_records() }}

),

-- A record may reach several entities; it is there once one of them has it.
found as (

    select
        source,
        stream,
        record_id,
        bool_or(is_in_entity) as is_in_entity,
        bool_or(is_quarantined) as is_quarantined,
        bool_or(is_left_out) as is_left_out
    from traced
    group by source, stream, record_id

),

streams as (

    select
        source,
        stream,
        bool_or(may_leave_out) as may_leave_out
    from ({{ traced_streams() }}) as told
    group by source, stream

),

judged as (

    select
        versions.source,
        versions.stream,
        versions.count_of_versions,
        case
            when gone.record_id is not null then 'gone'
            when found.is_in_entity then 'in entity'
            when found.is_quarantined then 'quarantined'
            when streams.may_leave_out or found.is_left_out then 'left out'
            else 'unaccounted'
        end as whereabouts
    from versions
    inner join streams
        on
            versions.source = streams.source
            and versions.stream = streams.stream
    left join found
        on
            versions.source = found.source
            and versions.stream = found.stream
            and versions.record_id = found.record_id
    left join {{ ref('int_records_deleted') }} as gone
        on
            versions.source = gone.source
            and versions.stream = gone.stream
            and versions.record_id = gone.record_id

)

select
    source,
    stream,
    cast(sum(count_of_versions) as bigint) as count_of_versions,
    cast(sum(count_of_versions) - count(*) as bigint) as count_of_superseded,
    count(*) filter (where whereabouts = 'gone') as count_of_gone,
    count(*) filter (where whereabouts = 'in entity') as count_of_in_entity,
    count(*) filter (where whereabouts = 'quarantined') as count_of_quarantined,
    count(*) filter (where whereabouts = 'left out') as count_of_left_out,
    count(*) filter (where whereabouts = 'unaccounted') as count_of_unaccounted
from judged
group by source, stream
