with source as (

    {{ latest('mailchimp', 'unsubscribed', [
        'campaign_id', 'list_id', 'email_id', 'email_address', 'timestamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} || '/unsubscribed' as email_event_id,
        source,
        record_id || '/unsubscribed' as source_id,
        record_id,
        is_deleted,
        {{ global_id('r.campaign_id') }} as campaign_id,
        {{ global_id("r.list_id || '/' || r.email_id") }} as contact_id,
        lower({{ nullif_blank('r.email_address') }}) as email,
        'unsubscribed' as event,
        {{ utc('r.timestamp') }} as event_at,
        {{ unread(times=['r.timestamp']) }} as parse_errors
    from source

)

select * from renamed
