with source as (

    {{ latest('shopify', 'customers', {
        'firstName': 'text',
        'lastName': 'text',
        'defaultEmailAddress': ['emailAddress', 'marketingState', 'marketingUpdatedAt'],
        'defaultPhoneNumber': ['phoneNumber', 'marketingState', 'marketingUpdatedAt'],
        'defaultAddress': ['address1', 'city', 'province', 'zip', 'countryCodeV2', 'company'],
        'locale': 'text',
        'createdAt': 'text',
        'updatedAt': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id(gid_number('record_id')) }} as contact_id,
        source,
        {{ gid_number('record_id') }} as source_id,
        record_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id(gid_number('merged_into')) }} as merged_into,
        {{ filled("concat_ws(' ', r.firstName, r.lastName)") }} as full_name,
        {{ filled('r.firstName') }} as first_name,
        {{ filled('r.lastName') }} as last_name,
        lower({{ filled('r.defaultEmailAddress.emailAddress') }}) as email,
        {{ filled('r.defaultPhoneNumber.phoneNumber') }} as phone,
        {{ filled('r.defaultAddress.company') }} as company_name,
        {{ filled('r.defaultAddress.address1') }} as street,
        {{ filled('r.defaultAddress.city') }} as city,
        {{ filled('r.defaultAddress.province') }} as region,
        {{ filled('r.defaultAddress.zip') }} as postal_code,
        {{ filled('r.defaultAddress.countryCodeV2') }} as country,
        {{ filled('r.locale') }} as language,
        {{ shopify_consent('r.defaultEmailAddress.marketingState') }} as email_consent,
        {{ utc('r.defaultEmailAddress.marketingUpdatedAt') }} as email_consent_at,
        {{ shopify_consent('r.defaultPhoneNumber.marketingState') }} as sms_consent,
        {{ utc('r.defaultPhoneNumber.marketingUpdatedAt') }} as sms_consent_at,
        {{ unread(times=[
            'r.createdAt', 'r.updatedAt', 'r.defaultEmailAddress.marketingUpdatedAt',
            'r.defaultPhoneNumber.marketingUpdatedAt'
        ]) }} as unread_fields
    from source

)

select * from renamed
