{#- A row for each action of a visit. What it is worth is in the website's currency; a goal that brings nothing brings
    0 there. -#}
with source as (

    {{ latest('matomo', 'visits', {
        'visitorId': 'text', 'userId': 'text', 'userSource': 'text', 'siteCurrency': 'text',
        'firstActionTimestamp': 'text', 'referrerType': 'text', 'referrerName': 'text', 'referrerKeyword': 'text',
        'referrerUrl': 'text', 'campaignName': 'text', 'campaignKeyword': 'text', 'campaignSource': 'text',
        'campaignMedium': 'text', 'campaignContent': 'text',
        'actionDetails': {'each': [
            'place', 'type', 'timestamp', 'url', 'pageTitle', 'eventCategory', 'eventAction', 'goalName', 'revenue',
            'items', 'productViewName'
        ]}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        changed_at,
        r as visit,
        {{ nullif_blank('r.userId') }} as user_name,
        {{ each() }}(r.actionDetails) as r
    from source

),

told as (

    select
        *,
        case r.type
            when 'action' then 'page view'
            when 'event' then coalesce({{ nullif_blank('r.eventAction') }}, {{ nullif_blank('r.eventCategory') }})
            when 'goal' then {{ nullif_blank('r.goalName') }}
            when 'ecommerceOrder' then 'order'
            when 'ecommerceAbandonedCart' then 'cart updated'
            else {{ nullif_blank('r.type') }}
        end as event_name,
        case
            when r.type = 'goal' then nullif({{ as_decimal('r.revenue') }}, 0)
            else {{ as_decimal('r.revenue') }}
        end as value
    from unnested

)

select
    {{ global_id("record_id || '/' || r.place") }} as web_event_id,
    source,
    record_id || '/' || r.place as source_id,
    record_id,
    {{ from_epoch('visit.firstActionTimestamp') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank('visit.visitorId') }} as visitor_id,
    case
        when user_name not like '%@%'
            then coalesce({{ nullif_blank('visit.userSource') }}, source) || ':' || user_name
    end as user_id,
    case when user_name like '%@%' then lower(user_name) end as email,
    {{ from_epoch('r.timestamp') }} as occurred_at,
    {{ kind_of_web_event('event_name') }} as event,
    {{ without_addresses('event_name') }} as event_name,
    {{ page_of_url(nullif_blank('r.url')) }} as page_url,
    {{ path_of_url(nullif_blank('r.url')) }} as page_path,
    {{ without_addresses(nullif_blank('r.pageTitle')) }} as page_title,
    {{ page_of_url(nullif_blank('visit.referrerUrl')) }} as referrer,
    {{ without_addresses(nullif_blank('visit.campaignSource')) }} as utm_source,
    {{ without_addresses(nullif_blank('visit.campaignMedium')) }} as utm_medium,
    {{ without_addresses(
        'coalesce(' ~ nullif_blank('visit.campaignName') ~ ", case when visit.referrerType = 'campaign' then "
        ~ nullif_blank('visit.referrerName') ~ ' end)'
    ) }} as utm_campaign,
    {{ without_addresses(nullif_blank('visit.campaignContent')) }} as utm_content,
    {{ without_addresses(
        'coalesce(' ~ nullif_blank('visit.campaignKeyword') ~ ", case when visit.referrerType = 'campaign' then "
        ~ nullif_blank('visit.referrerKeyword') ~ ' end)'
    ) }} as utm_term,
    {{ global_id('record_id') }} as session_id,
    {{ without_addresses(
        'coalesce(' ~ nullif_blank('r.productViewName') ~ ', ' ~ nullif_blank('r.items') ~ ')'
    ) }} as product,
    value,
    case when value is not null then upper({{ nullif_blank('visit.siteCurrency') }}) end as currency,
    {{ unread(wholes=['visit.firstActionTimestamp', 'r.timestamp'], decimals=['r.revenue']) }} as parse_errors
from told
