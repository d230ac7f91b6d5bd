-- One row per record, rule and field that was refused or not understood, over all runs: at landing, or later on.
with

refused as (

    select
        source,
        stream,
        record_id,
        rejected_because as reason,
        min(extracted_at) as first_seen_at,
        max(extracted_at) as last_seen_at,
        case when bool_and(resolved_at is not null) then max(resolved_at) end as resolved_at,
        count(*) as count_of_rejections
    from {{ source('landing', 'rejections') }}
    group by source, stream, record_id, rejected_because

),

told as (

    select
        source,
        stream,
        record_id,
        split_part(reason, ': ', 1) as rule,
        nullif(split_part(reason, ': ', 2), '') as field,
        cast(null as string) as value_shape,
        'rejected' as treatment,
        'landing' as held_back_at,
        first_seen_at,
        last_seen_at,
        resolved_at,
        count_of_rejections
    from refused
    union all
    select
        source,
        stream,
        record_id,
        rule,
        field,
        value_shape,
        treatment,
        held_back_at,
        first_seen_at,
        last_seen_at,
        resolved_at,
        count_of_rejections
    from {{ ref('int_records_quarantined') }}

)

select
    *,
    {{ brand_of('source') }} as brand
from told
