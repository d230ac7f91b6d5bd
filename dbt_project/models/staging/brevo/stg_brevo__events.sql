with source as (

    {{ latest('brevo', 'statistics', {
        'contactId': 'text', 'campaignId': 'text', 'acts': {'each': ['kind', 'url', 'at']}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        r.contactId as contact,
        r.campaignId as campaign,
        {{ each() }}(r.acts) as r
    from source

),

renamed as (

    select
        source,
        record_id || '/' || r.kind
        || case when r.url is null then '' else '/' || substring(md5(r.url), 1, 16) end as source_id,
        record_id,
        {{ global_id('campaign') }} as campaign_id,
        {{ global_id('contact') }} as contact_id,
        case r.kind
            when 'messagesSent' then 'sent'
            when 'hardBounces' then 'bounced'
            when 'softBounces' then 'bounced'
            when 'complaints' then 'complained'
            else r.kind
        end as event,
        {{ utc('r.at') }} as event_at,
        {{ nullif_blank('r.url') }} as url,
        {{ unread(times=['r.at']) }} as parse_errors
    from unnested

)

select
    {{ global_id('source_id') }} as email_event_id,
    source,
    source_id,
    record_id,
    event_at as created_at,
    event_at as updated_at,
    false as is_deleted,
    campaign_id,
    contact_id,
    event,
    event_at,
    url,
    parse_errors
from renamed
