with source as (

    {{ latest('hubspot', 'meetings', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['hs_timestamp', 'hs_meeting_title', 'hs_meeting_outcome'],
        'associations': {'contacts': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ global_id("'meetings/' || record_id") }} as engagement_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        r.associations.contacts.results as contacts,
        'meeting' as kind,
        'meeting' as channel,
        cast(null as string) as direction,
        {{ filled('r.properties.hs_meeting_title') }} as subject,
        upper({{ filled('r.properties.hs_meeting_outcome') }}) as status,
        {{ utc('r.properties.hs_timestamp') }} as happened_at,
        {{ unread(times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_timestamp']) }} as unread_fields
    from source

)

select * from renamed
