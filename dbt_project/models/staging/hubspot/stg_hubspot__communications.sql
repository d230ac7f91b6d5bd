with source as (

    {{ latest('hubspot', 'communications', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['hs_timestamp', 'hs_communication_channel_type'],
        'associations': {'contacts': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ global_id("'communications/' || record_id") }} as engagement_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        r.associations.contacts.results as contacts,
        case upper({{ filled('r.properties.hs_communication_channel_type') }})
            when 'SMS' then 'sms'
            when 'LINKEDIN_MESSAGE' then 'social'
            else 'chat'
        end as kind,
        lower({{ filled('r.properties.hs_communication_channel_type') }}) as channel,
        cast(null as string) as direction,
        cast(null as string) as subject,
        cast(null as string) as status,
        {{ utc('r.properties.hs_timestamp') }} as happened_at,
        {{ unread(times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_timestamp']) }} as unread_fields
    from source

)

select * from renamed
