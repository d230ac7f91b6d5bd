-- One row per source and stream that was ever pulled: what the source has, what we hold of it, what its last batch and
-- all its batches brought, and where every landed version is now.
with

batches as (

    select
        *,
        cast(
            row_number() over (
                partition by source, stream
                order by batch_id desc
            ) as bigint
        ) as newest
    from {{ source('landing', 'batches') }}

),

summed as (

    select
        source,
        stream,
        max(batch_id) filter (where newest = 1) as last_batch_id,
        max(started_at) filter (where newest = 1) as last_started_at,
        max(finished_at) filter (where newest = 1) as last_finished_at,
        max(window_to) filter (where newest = 1) as complete_up_to,
        bool_and(complete) filter (where newest = 1) as is_complete,
        max(source_total) filter (where newest = 1) as source_count,
        max(source_count) filter (where newest = 1) as last_count_of_window,
        count(*) as count_of_batches,
        {%- for count in ['received', 'landed', 'duplicate', 'reread', 'rejected', 'forgotten', 'deleted'] %}
        max(coalesce({{ count }}, 0)) filter (where newest = 1) as last_count_of_{{ count }},
        cast(sum(coalesce({{ count }}, 0)) as bigint) as count_of_{{ count }},
        {%- endfor %}
        cast(sum(coalesce(derived, 0)) as bigint) as count_of_derived,
        cast(sum(coalesce(removed, 0)) as bigint) as count_of_removed,
        bool_and(received = landed + duplicate + rejected + coalesce(forgotten, 0)) as is_balanced
    from batches
    group by source, stream

),

counted as (

    select * from {{ ref('int_streams_counted') }}

),

accounted as (

    select * from {{ ref('int_streams_accounted') }}

)

select
    summed.source,
    {{ brand_of('summed.source') }} as brand,
    summed.stream,
    summed.last_batch_id,
    summed.last_started_at,
    summed.last_finished_at,
    summed.complete_up_to,
    summed.is_complete,
    summed.source_count,
    counted.count_of_live,
    summed.source_count - counted.count_of_live as gap,
    counted.count_of_held_back,
    summed.last_count_of_window,
    summed.count_of_batches,
    {%- for count in ['received', 'landed', 'duplicate', 'reread', 'rejected', 'forgotten', 'deleted'] %}
    summed.last_count_of_{{ count }},
    summed.count_of_{{ count }},
    {%- endfor %}
    summed.count_of_derived,
    summed.count_of_removed,
    accounted.count_of_superseded,
    accounted.count_of_gone,
    accounted.count_of_in_entity,
    accounted.count_of_quarantined,
    accounted.count_of_left_out,
    accounted.count_of_unaccounted,
    summed.is_balanced
from summed
inner join counted
    on
        summed.source = counted.source
        and summed.stream = counted.stream
left join accounted
    on
        summed.source = accounted.source
        and summed.stream = accounted.stream
