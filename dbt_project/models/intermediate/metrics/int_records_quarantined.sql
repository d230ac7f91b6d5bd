-- One row per record and value of it that could not be read: of a model, or as a custom field.
{% set dirt = "split_part(parse_error, '=', 2)" %}
with

last_read as (

    select
        source,
        stream,
        max(finished_at) as finished_at
    from {{ source('landing', 'batches') }}
    group by source, stream

),

records as (

    select
        source,
        stream,
        record_id,
        parse_errors,
        model,
        'shaping' as held_back_at,
        case when is_held_back then 'quarantined' else 'nulled' end as treatment
    from {{ ref('int_records_unparseable') }}
    {%- for entity in ['contacts', 'companies', 'deals', 'orders', 'tickets'] %}
    union all
    select
        source,
        stream,
        record_id,
        parse_errors,
        'int_{{ entity }}_custom' as model,
        'custom field' as held_back_at,
        'nulled' as treatment
    from {{ ref('int_' ~ entity ~ '_custom') }}
    where parse_errors is not null
    {%- endfor %}

),

told as (

    select
        *,
        {{ each() }}(split(parse_errors, ';')) as parse_error
    from records

),

unreadable as (

    select
        told.* {{ without('parse_errors, parse_error') }},
        split_part(parse_error, '=', 1) as field,
        case split_part({{ dirt }}, ' ', 1)
            when 'year' then 'implausible'
            when 'future' then 'future'
            when 'negative' then 'negative refund'
            else 'unreadable'
        end as rule,
        replace(replace({{ dirt }}, 'future ', 'year '), 'negative ', '') as value_shape
    from told

)

select
    unread.source,
    unread.stream,
    unread.record_id,
    unread.held_back_at,
    unread.field,
    cast(null as timestamp) as resolved_at,
    unread.rule,
    max(unread.value_shape) as value_shape,
    case
        when max(unread.treatment) = 'quarantined' then 'quarantined'
        when unread.rule = 'future' then 'left out until its day'
        when unread.rule = 'negative refund' then 'counted as money out'
        else 'nulled'
    end as treatment,
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
group by
    unread.source, unread.stream, unread.record_id, unread.held_back_at, unread.field, unread.rule
