{#- A later read lands only what a recipient did since, so every version counts and not just the newest; the same act
    landed twice is one. A recipient who did nothing is there with an empty activity: the mail was sent. -#}
with landed as (

    select
        source,
        record_id,
        record
    from {{ source('mailchimp', 'email_activity') }}
    where
        rejected_because is null
        and not is_deleted

),

several as (

    select
        source,
        record_id
    from landed
    group by source, record_id
    having count(*) > 1

),

opened as (

    select
        landed.source,
        landed.record_id,
        several.record_id is not null as is_one_of_several,
        {{ open_json('landed.record', {
            'campaign_id': 'text', 'list_id': 'text', 'email_id': 'text', 'email_address': 'text',
            'activity': {'each': ['action', 'timestamp', 'url']}
        }) }} as r
    from landed
    left join several
        on
            landed.source = several.source
            and landed.record_id = several.record_id

),

-- Most recipients were landed once: theirs need no gathering.
recipients as (

    select
        source,
        record_id,
        r.campaign_id,
        r.list_id,
        r.email_id,
        r.email_address,
        r.activity as acts
    from opened
    where not is_one_of_several
    union all
    select
        source,
        record_id,
        min(r.campaign_id) as campaign_id,
        min(r.list_id) as list_id,
        min(r.email_id) as email_id,
        min(r.email_address) as email_address,
        {{ gathered('r.activity') }} as acts
    from opened
    where is_one_of_several
    group by source, record_id

),

-- The null stands for the mail itself.
unnested as (

    select
        source,
        record_id,
        campaign_id,
        list_id,
        email_id,
        email_address,
        unnest({{ null_and_distinct('acts') }}) as r
    from recipients

),

renamed as (

    select
        source,
        record_id
        || '/'
        || case when r is null then 'sent' else substring(md5(concat_ws('|', r.action, r.timestamp, r.url)), 1, 16) end
            as source_id,
        {{ global_id('campaign_id') }} as campaign_id,
        {{ global_id("list_id || '/' || email_id") }} as contact_id,
        lower({{ filled('email_address') }}) as email,
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
