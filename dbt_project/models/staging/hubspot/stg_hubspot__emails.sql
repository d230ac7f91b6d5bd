with source as (

    {{ latest('hubspot', 'emails', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['hs_timestamp', 'hs_email_subject', 'hs_email_direction', 'hs_email_status'],
        'associations': {'contacts': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ global_id("'emails/' || record_id") }} as engagement_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        r.associations.contacts.results as contacts,
        'email' as kind,
        'email' as channel,
        case upper({{ filled('r.properties.hs_email_direction') }})
            when 'INCOMING_EMAIL' then 'inbound'
            when 'EMAIL' then 'outbound'
        end as direction,
        {{ filled('r.properties.hs_email_subject') }} as subject,
        upper({{ filled('r.properties.hs_email_status') }}) as status,
        {{ utc('r.properties.hs_timestamp') }} as happened_at,
        {{ unread(times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_timestamp']) }} as unread_fields
    from source

)

select * from renamed
