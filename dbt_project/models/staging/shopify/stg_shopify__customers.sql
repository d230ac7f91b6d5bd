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
        {{ nullif_blank("concat_ws(' ', r.firstName, r.lastName)") }} as full_name,
        {{ nullif_blank('r.firstName') }} as first_name,
        {{ nullif_blank('r.lastName') }} as last_name,
        lower({{ nullif_blank('r.defaultEmailAddress.emailAddress') }}) as email,
        {{ nullif_blank('r.defaultPhoneNumber.phoneNumber') }} as phone,
        {{ nullif_blank('r.defaultAddress.company') }} as company_name,
        {{ nullif_blank('r.defaultAddress.address1') }} as street,
        {{ nullif_blank('r.defaultAddress.city') }} as city,
        {{ nullif_blank('r.defaultAddress.province') }} as region,
        {{ nullif_blank('r.defaultAddress.zip') }} as postal_code,
        {{ nullif_blank('r.defaultAddress.countryCodeV2') }} as country,
        {{ nullif_blank('r.locale') }} as language,
        {{ shopify_consent('r.defaultEmailAddress.marketingState') }} as email_consent,
        {{ utc('r.defaultEmailAddress.marketingUpdatedAt') }} as email_consent_at,
        {{ shopify_consent('r.defaultPhoneNumber.marketingState') }} as sms_consent,
        {{ utc('r.defaultPhoneNumber.marketingUpdatedAt') }} as sms_consent_at,
        {{ unread(times=[
            'r.createdAt', 'r.updatedAt', 'r.defaultEmailAddress.marketingUpdatedAt',
            'r.defaultPhoneNumber.marketingUpdatedAt'
        ]) }} as parse_errors
    from source

)

select * from renamed
