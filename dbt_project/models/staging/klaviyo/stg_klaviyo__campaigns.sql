with source as (

    {{ latest('klaviyo', 'campaigns', {
        'attributes': ['name', 'created_at', 'updated_at', 'send_time'],
        'messages': {'each': {'id': 'text', 'attributes': {'definition': {'content': ['subject']}}}}
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc('r.attributes.created_at') }} as created_at,
        coalesce({{ utc('r.attributes.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.attributes.name') }} as name,
        {{ nullif_blank(first_of('r.messages') ~ '.attributes.definition.content.subject') }} as subject,
        'email' as channel,
        {{ utc('r.attributes.send_time') }} as sent_at,
        {{ unread(times=['r.attributes.created_at', 'r.attributes.updated_at', 'r.attributes.send_time']) }}
            as parse_errors
    from source

)

select * from renamed
