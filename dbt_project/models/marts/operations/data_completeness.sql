-- One row per source and stream that was ever pulled: what its last batch and all its batches brought.
with

batches as (

    select
        *,
        row_number() over (
            partition by source, stream
            order by finished_at desc, batch_id desc
        ) as newest
    from {{ source('landing', 'batches') }}

)

select
    source,
    stream,
    max(batch_id) filter (where newest = 1) as last_batch_id,
    max(started_at) filter (where newest = 1) as last_started_at,
    max(finished_at) filter (where newest = 1) as last_finished_at,
    max(window_to) filter (where newest = 1) as complete_up_to,
    bool_and(complete) filter (where newest = 1) as is_complete,
    max(source_count) filter (where newest = 1) as source_count,
    count(*) as count_of_batches,
    {%- for count in ['received', 'landed', 'duplicate', 'rejected', 'deleted'] %}
    max({{ count }}) filter (where newest = 1) as last_count_of_{{ count }},
    cast(sum({{ count }}) as bigint) as count_of_{{ count }},
    {%- endfor %}
    bool_and(received = landed + duplicate + rejected) as is_balanced
from batches
group by source, stream
