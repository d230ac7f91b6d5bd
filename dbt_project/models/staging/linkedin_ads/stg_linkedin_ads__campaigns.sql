with source as (

    {{ latest('linkedin_ads', 'campaigns', {
        'name': 'text', 'runSchedule': ['start'], 'changeAuditStamps': {'created': ['time']}
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc(epoch_as_text('r.changeAuditStamps.created.time', 'ms')) }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ nullif_blank('r.name') }} as name,
        'linkedin ads' as channel,
        cast(cast({{ utc(epoch_as_text('r.runSchedule.start', 'ms')) }} as date) as timestamp) as sent_at,
        {{ unread(wholes=['r.changeAuditStamps.created.time', 'r.runSchedule.start']) }} as parse_errors
    from source

)

select * from renamed
