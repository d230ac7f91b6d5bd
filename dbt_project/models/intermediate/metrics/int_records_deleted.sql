-- One row per landed record that is gone: whose newest version is a deletion.
{{ config(materialized='view') }}

with

versions as (

    select * from {{ source('landing', 'versions') }}
    where
        rejected_because is null
        and record_id is not null

),

-- Only what was ever deleted is put in order, for it may have come back: that is little of millions.
once_deleted as (

    select distinct
        source,
        stream,
        record_id
    from versions
    where is_deleted

),

newest as (

    select
        versions.source,
        versions.stream,
        versions.record_id,
        versions.is_deleted
    from versions
    inner join once_deleted
        on
            versions.source = once_deleted.source
            and versions.stream = once_deleted.stream
            and versions.record_id = once_deleted.record_id
    qualify row_number() over (
        partition by versions.source, versions.stream, versions.record_id
        order by
            versions.changed_at desc nulls last,
            versions.batch_id desc,
            versions.extracted_at desc,
            versions.is_deleted desc
    ) = 1

)

select
    source,
    stream,
    record_id
from newest
where is_deleted
