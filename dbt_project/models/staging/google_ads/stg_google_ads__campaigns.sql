with source as (

    {{ latest('google_ads', 'campaigns', {'campaign': ['name', 'startDateTime']}) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        cast(null as timestamp) as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ nullif_blank('r.campaign.name') }} as name,
        'google ads' as channel,
        cast({{ as_date('r.campaign.startDateTime') }} as timestamp) as sent_at,
        {{ unread(dates=['r.campaign.startDateTime']) }} as parse_errors
    from source

)

select * from renamed
