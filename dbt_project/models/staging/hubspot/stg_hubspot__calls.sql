with source as (

    {{ latest('hubspot', 'calls', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['hs_timestamp', 'hs_call_title', 'hs_call_direction', 'hs_call_status'],
        'associations': {'contacts': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ global_id("'calls/' || record_id") }} as engagement_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        r.associations.contacts.results as contacts,
        'call' as kind,
        'phone' as channel,
        lower({{ filled('r.properties.hs_call_direction') }}) as direction,
        {{ filled('r.properties.hs_call_title') }} as subject,
        upper({{ filled('r.properties.hs_call_status') }}) as status,
        {{ utc('r.properties.hs_timestamp') }} as happened_at,
        {{ unread(times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_timestamp']) }} as unread_fields
    from source

)

select * from renamed
