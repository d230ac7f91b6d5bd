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

last_read as (

    select
        source,
        stream,
        max(finished_at) as finished_at
    from {{ source('landing', 'batches') }}
    group by source, stream

),

unreadable as (

    select
        source,
        stream,
        record_id,
        unread_fields,
        model,
        'shaping' as held_back_at
    from {{ ref('int_records_unread') }}
    {%- for entity in ['contacts', 'deals'] %}
    union all
    select
        source,
        stream,
        record_id,
        unread_fields,
        'int_{{ entity }}_custom' as model,
        'custom field' as held_back_at
    from {{ ref('int_' ~ entity ~ '_custom') }}
    where unread_fields is not null
    {%- endfor %}

),

unread as (

    select
        unread.source,
        unread.stream,
        unread.record_id,
        'unreadable: ' || unread.unread_fields as reason,
        unread.held_back_at,
        coalesce(max(versions.extracted_at), max(last_read.finished_at)) as first_seen_at,
        max(last_read.finished_at) as last_seen_at,
        cast(null as timestamp) as resolved_at,
        count(distinct unread.model) as count_of_rejections
    from unreadable as unread
    inner join last_read
        on
            unread.source = last_read.source
            and unread.stream = last_read.stream
    left join {{ source('landing', 'versions') }} as versions
        on
            unread.source = versions.source
            and unread.stream = versions.stream
            and unread.record_id = versions.record_id
            and versions.rejected_because is null
    group by unread.source, unread.stream, unread.record_id, unread.unread_fields, unread.held_back_at

),

told as (

    select * from refused
    union all
    select * from unread

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
