{#- An event names the message that was sent, and in older accounts the campaign itself: both lead to the campaign. What is
    gone keeps what was known of it, so that the two stay told apart from flows. -#}
with source as (

    {{ last_known('klaviyo', 'campaigns', {'messages': {'each': ['id']}}) }}

),

unnested as (

    select
        source,
        record_id,
        {{ each() }}(r.messages) as m
    from source

)

select
    {{ global_id('m.id') }} as message_id,
    source,
    {{ global_id('record_id') }} as campaign_id
from unnested
where m.id is not null
union
select
    {{ global_id('record_id') }} as message_id,
    source,
    {{ global_id('record_id') }} as campaign_id
from source
