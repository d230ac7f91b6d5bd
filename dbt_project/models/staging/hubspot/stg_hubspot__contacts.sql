with source as (

    {{ latest('hubspot', 'contacts', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'firstname', 'lastname', 'email', 'phone', 'mobilephone', 'company', 'associatedcompanyid', 'jobtitle',
            'address', 'city', 'state', 'zip', 'country', 'date_of_birth', 'gender', 'hs_language', 'hs_linkedin_url',
            'twitterhandle', 'hs_analytics_source', 'hs_lead_status',
            'lifecyclestage', 'hubspot_owner_id', 'hs_email_optout', 'hs_additional_emails'
        ]
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank("concat_ws(' ', r.properties.firstname, r.properties.lastname)") }} as full_name,
        {{ nullif_blank('r.properties.firstname') }} as first_name,
        {{ nullif_blank('r.properties.lastname') }} as last_name,
        lower({{ nullif_blank('r.properties.email') }}) as email,
        lower({{ nullif_blank('r.properties.hs_additional_emails') }}) as other_emails,
        {{ nullif_blank('r.properties.phone') }} as phone,
        {{ nullif_blank('r.properties.mobilephone') }} as mobile_phone,
        {{ nullif_blank('r.properties.company') }} as company_name,
        {{ global_id('r.properties.associatedcompanyid') }} as company_id,
        {{ nullif_blank('r.properties.jobtitle') }} as job_title,
        {{ nullif_blank('r.properties.address') }} as street,
        {{ nullif_blank('r.properties.city') }} as city,
        {{ nullif_blank('r.properties.state') }} as region,
        {{ nullif_blank('r.properties.zip') }} as postal_code,
        {{ nullif_blank('r.properties.country') }} as country,
        {{ as_date('r.properties.date_of_birth') }} as birth_date,
        {{ nullif_blank('r.properties.gender') }} as gender,
        {{ nullif_blank('r.properties.hs_language') }} as language,
        {{ nullif_blank('r.properties.hs_linkedin_url') }} as linkedin_url,
        {{ nullif_blank('r.properties.twitterhandle') }} as twitter_handle,
        lower({{ nullif_blank('r.properties.hs_analytics_source') }}) as lead_source,
        case
            when upper({{ nullif_blank('r.properties.hs_analytics_source') }}) = 'OFFLINE' then 'outbound'
            when {{ nullif_blank('r.properties.hs_analytics_source') }} is not null then 'inbound'
        end as lead_direction,
        lower({{ nullif_blank('r.properties.hs_lead_status') }}) as lead_status,
        lower({{ nullif_blank('r.properties.lifecyclestage') }}) as lifecycle_stage,
        {{ global_id('r.properties.hubspot_owner_id') }} as owner_id,
        {{ refusal('r.properties.hs_email_optout') }} as email_consent,
        {{ unread(times=['r.createdAt', 'r.updatedAt'], dates=['r.properties.date_of_birth']) }} as parse_errors
    from source

)

select * from renamed
