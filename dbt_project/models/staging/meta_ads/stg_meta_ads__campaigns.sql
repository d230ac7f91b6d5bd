with source as (

    {{ latest('meta_ads', 'campaigns', ['name', 'created_time', 'start_time', 'updated_time']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc('r.created_time') }} as created_at,
        coalesce({{ utc('r.updated_time') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.name') }} as name,
        'meta ads' as channel,
        cast({{ as_date('r.start_time') }} as timestamp) as sent_at,
        {{ unread(times=['r.created_time', 'r.updated_time'], dates=['r.start_time']) }} as parse_errors
    from source

)

select * from renamed
