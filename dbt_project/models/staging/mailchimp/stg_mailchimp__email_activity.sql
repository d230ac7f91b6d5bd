{#- The same act landed twice is one. A recipient who did nothing has no acts: the mail was sent. -#}
with recipients as (

    select * from {{ ref('stg_mailchimp__recipients') }}

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
        {{ each() }}({{ null_and_distinct('acts') }}) as r
    from recipients

),

renamed as (

    select
        source,
        record_id
        || '/'
        || case when r is null then 'sent' else substring(md5(concat_ws('|', r.action, r.timestamp, r.url)), 1, 16) end
            as source_id,
        record_id,
        {{ global_id('campaign_id') }} as campaign_id,
        {{ global_id("list_id || '/' || email_id") }} as contact_id,
        lower({{ nullif_blank('email_address') }}) as email,
        case
            when r is null then 'sent'
            when r.action = 'open' then 'opened'
            when r.action = 'click' then 'clicked'
            when r.action = 'bounce' then 'bounced'
        end as event,
        {{ utc('r.timestamp') }} as event_at,
        {{ nullif_blank('r.url') }} as url,
        {{ unread(times=['r.timestamp']) }} as parse_errors
    from unnested

)

select
    {{ global_id('source_id') }} as email_event_id,
    source,
    source_id,
    record_id,
    campaign_id,
    contact_id,
    email,
    event,
    event_at,
    url,
    parse_errors
from renamed
