-- One row per record and rule that held it back, over all runs: at landing, or when its values were read.
with

refused as (

    select
        source,
        stream,
        record_id,
        rejected_because as rule,
        'landing' as held_back_at,
        min(extracted_at) as first_seen_at,
        max(extracted_at) as last_seen_at,
        count(*) as count_of_rejections
    from {{ source('landing', 'rejections') }}
    group by source, stream, record_id, rejected_because

),

unread as (

    select
        source,
        stream,
        record_id,
        'unreadable: ' || unread_fields as rule,
        'shaping' as held_back_at,
        cast('{{ var("as_of") }}' as timestamp) as first_seen_at,
        cast('{{ var("as_of") }}' as timestamp) as last_seen_at,
        count(*) as count_of_rejections
    from {{ ref('int_records_unread') }}
    group by source, stream, record_id, unread_fields

)

select * from refused
union all
select * from unread
