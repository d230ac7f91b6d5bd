{% set properties = 'r.attributes.event_properties' %}
with source as (

    {{ latest('klaviyo', 'events', {
        'attributes': {
            'datetime': 'text',
            'event_properties': [
                '$message', '$flow', 'Campaign Name', 'Subject', 'Recipient Email Address', 'URL'
            ]
        },
        'relationships': {'profile': {'data': ['id']}, 'metric': {'data': ['id']}}
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as email_event_id,
        source,
        record_id as source_id,
        is_deleted,
        {{ global_id('r.relationships.metric.data.id') }} as metric_id,
        {{ global_id(nullif_blank(properties ~ "['$message']")) }} as message_id,
        {{ global_id(nullif_blank(properties ~ "['$flow']")) }} as flow_id,
        {{ nullif_blank(properties ~ "['Campaign Name']") }} as message_name,
        {{ nullif_blank(properties ~ "['Subject']") }} as subject,
        {{ global_id('r.relationships.profile.data.id') }} as contact_id,
        lower({{ nullif_blank(properties ~ "['Recipient Email Address']") }}) as email,
        {{ utc('r.attributes.datetime') }} as event_at,
        {{ nullif_blank(properties ~ "['URL']") }} as url,
        {{ unread(times=['r.attributes.datetime']) }} as parse_errors
    from source

)

select * from renamed
