with source as (

    {{ latest('hubspot', 'email_events', {
        'type': 'text', 'recipient': 'text', 'emailCampaignId': 'text', 'url': 'text', 'filteredEvent': 'text',
        'portalSubscriptionStatus': 'text', 'subscriptions': {'each': ['status']}
    }) }}

)

select
    {{ global_id('record_id') }} as email_event_id,
    source,
    record_id as source_id,
    is_deleted,
    {{ global_id("'sending/' || nullif(" ~ nullif_blank('r.emailCampaignId') ~ ", '0')") }} as sending_id,
    lower({{ nullif_blank('r.recipient') }}) as email,
    case upper({{ nullif_blank('r.type') }})
        when 'SENT' then 'sent'
        when 'OPEN' then 'opened'
        when 'CLICK' then 'clicked'
        when 'BOUNCE' then 'bounced'
        when 'SPAMREPORT' then 'complained'
        when 'STATUSCHANGE'
            then
                case
                    when
                        upper({{ nullif_blank('r.portalSubscriptionStatus') }}) = 'UNSUBSCRIBED'
                        or {{ first_of(those_with('r.subscriptions', "e.status = 'UNSUBSCRIBED'")) }} is not null
                        then 'unsubscribed'
                end
    end as event,
    coalesce({{ as_flag('r.filteredEvent') }}, false) as is_filtered,
    changed_at as event_at,
    {{ nullif_blank('r.url') }} as url,
    cast(null as string) as parse_errors
from source
