-- One row per source and stream that was ever pulled: how many of its records we hold, and how many are held back.
with

records as (

    select
        source,
        stream,
        count(distinct record_id) as count_of_records
    from {{ source('landing', 'versions') }}
    where rejected_because is null
    group by source, stream

),

gone as (

    select
        source,
        stream,
        count(*) as count_of_gone
    from {{ ref('int_records_deleted') }}
    group by source, stream

),

held as (

    select
        source,
        stream,
        count(distinct coalesce(record_id, batch_id)) as count_of_held_back
    from {{ source('landing', 'rejections') }}
    where resolved_at is null
    group by source, stream

),

streams as (

    select distinct
        source,
        stream
    from {{ source('landing', 'batches') }}

)

select
    streams.source,
    streams.stream,
    coalesce(records.count_of_records, 0) - coalesce(gone.count_of_gone, 0) as count_of_live,
    coalesce(held.count_of_held_back, 0) as count_of_held_back
from streams
left join records
    on
        streams.source = records.source
        and streams.stream = records.stream
left join gone
    on
        streams.source = gone.source
        and streams.stream = gone.stream
left join held
    on
        streams.source = held.source
        and streams.stream = held.stream
