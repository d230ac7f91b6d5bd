{#- What is gone keeps what was known of it, so that events still find their e-mail. -#}
with source as (

    {{ last_known('hubspot', 'marketing_emails', {'allEmailCampaignIds': {'each': 'text'}}) }}

),

unnested as (

    select
        source,
        record_id,
        {{ each() }}(r.allEmailCampaignIds) as sending
    from source

)

select
    {{ global_id("'sending/' || sending") }} as sending_id,
    source,
    {{ global_id('min(record_id)') }} as campaign_id
from unnested
where sending is not null
group by source, sending
