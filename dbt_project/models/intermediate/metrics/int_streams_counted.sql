-- One row per source and stream that was ever pulled: how many of its records we hold, and how many are held back.
with

newest as (

    select
        source,
        stream,
        is_deleted
    from {{ source('landing', 'versions') }}
    where
        rejected_because is null
        and record_id is not null
    qualify row_number() over (
        partition by source, stream, record_id
        order by changed_at desc nulls last, extracted_at desc, batch_id desc, is_deleted desc
    ) = 1

),

live as (

    select
        source,
        stream,
        count(*) filter (where not is_deleted) as count_of_live
    from newest
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
    coalesce(live.count_of_live, 0) as count_of_live,
    coalesce(held.count_of_held_back, 0) as count_of_held_back
from streams
left join live
    on
        streams.source = live.source
        and streams.stream = live.stream
left join held
    on
        streams.source = held.source
        and streams.stream = held.stream
