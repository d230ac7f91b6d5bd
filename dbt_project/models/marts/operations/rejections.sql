-- One row per record and rule that held it back, over all runs: at landing, or when its values were read.
with

refused as (

    select
        source,
        stream,
        record_id,
        rejected_because as reason,
        'landing' as held_back_at,
        min(extracted_at) as first_seen_at,
        max(extracted_at) as last_seen_at,
        case when bool_and(resolved_at is not null) then max(resolved_at) end as resolved_at,
        count(*) as count_of_rejections
    from {{ source('landing', 'rejections') }}
    group by source, stream, record_id, rejected_because

),

told as (

    select * from refused
    union all
    select
        source,
        stream,
        record_id,
        reason,
        held_back_at,
        first_seen_at,
        last_seen_at,
        resolved_at,
        count_of_rejections
    from {{ ref('int_records_held') }}

),

split as (

    select
        *,
        split_part(reason, ': ', 1) as rule,
        nullif(split_part(reason, ': ', 2), '') as field
    from told

)

select
    source,
    stream,
    record_id,
    rule,
    field,
    held_back_at,
    first_seen_at,
    last_seen_at,
    resolved_at,
    count_of_rejections
from split
