{#- A later read lands only what a recipient did since, so every version counts and not just the newest; the same act
    landed twice is one. A recipient who did nothing is there with an empty activity: the mail was sent. -#}
with source as (

    select
        source,
        record_id,
        {{ open_json('record', {
            'campaign_id': 'text', 'list_id': 'text', 'email_id': 'text', 'email_address': 'text',
            'activity': {'each': ['action', 'timestamp', 'url']}
        }) }} as r
    from {{ source('mailchimp', 'email_activity') }}
    where
        rejected_because is null
        and not is_deleted

),

unnested as (

    select
        source,
        record_id,
        r as recipient,
        unnest(r.activity) as r
    from source
    union all
    select
        source,
        record_id,
        r as recipient,
        null as r
    from source

),

renamed as (

    select
        source,
        record_id || '/' || case when r is null then 'sent' else md5(concat_ws('|', r.action, r.timestamp, r.url)) end
            as source_id,
        {{ global_id('recipient.campaign_id') }} as campaign_id,
        {{ global_id("recipient.list_id || '/' || recipient.email_id") }} as contact_id,
        lower({{ filled('recipient.email_address') }}) as email,
        case
            when r is null then 'sent'
            when r.action = 'open' then 'opened'
            when r.action = 'click' then 'clicked'
            when r.action = 'bounce' then 'bounced'
        end as event,
        {{ utc('r.timestamp') }} as event_at,
        {{ filled('r.url') }} as url,
        {{ unread(times=['r.timestamp']) }} as unread_fields
    from unnested

)

select
    {{ global_id('source_id') }} as email_event_id,
    source,
    source_id,
    campaign_id,
    contact_id,
    email,
    event,
    event_at,
    url,
    unread_fields
from renamed
qualify row_number() over (partition by source, source_id order by email) = 1
