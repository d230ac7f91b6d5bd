-- One row per record and set of its fields that could not be read: of a model, or as custom fields.
with

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
    {%- for entity in ['contacts', 'companies', 'deals', 'orders', 'tickets'] %}
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

)

select
    unread.source,
    unread.stream,
    unread.record_id,
    unread.held_back_at,
    cast(null as timestamp) as resolved_at,
    'unreadable: ' || unread.unread_fields as reason,
    coalesce(max(versions.extracted_at), max(last_read.finished_at)) as first_seen_at,
    max(last_read.finished_at) as last_seen_at,
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
