with source as (

    {{ latest('dynamics', 'leads', [
        'fullname', 'firstname', 'lastname', 'emailaddress1', 'emailaddress2', 'emailaddress3',
        'telephone1', 'mobilephone', 'companyname', 'jobtitle',
        'address1_line1', 'address1_city', 'address1_stateorprovince', 'address1_postalcode', 'address1_country',
        choice_label('leadsourcecode'), choice_label('statuscode'), 'statecode', '_ownerid_value', 'donotbulkemail',
        'donotemail', 'donotphone', 'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.createdon') }} as created_at,
        coalesce({{ utc('r.modifiedon') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ filled('r.fullname') }} as full_name,
        {{ filled('r.firstname') }} as first_name,
        {{ filled('r.lastname') }} as last_name,
        lower({{ filled('r.emailaddress1') }}) as email,
        lower({{ filled("concat_ws(';', r.emailaddress2, r.emailaddress3)") }}) as other_emails,
        {{ filled('r.telephone1') }} as phone,
        {{ filled('r.mobilephone') }} as mobile_phone,
        {{ filled('r.companyname') }} as company_name,
        {{ filled('r.jobtitle') }} as job_title,
        {{ filled('r.address1_line1') }} as street,
        {{ filled('r.address1_city') }} as city,
        {{ filled('r.address1_stateorprovince') }} as region,
        {{ filled('r.address1_postalcode') }} as postal_code,
        {{ filled('r.address1_country') }} as country,
        lower({{ filled(label_of('leadsourcecode')) }}) as lead_source,
        {{ lead_direction(label_of('leadsourcecode')) }} as lead_direction,
        lower({{ filled(label_of('statuscode')) }}) as lead_status,
        case when r.statecode = '2' then {{ filled(label_of('statuscode')) }} end as rejection_reason,
        'lead' as lifecycle_stage,
        {{ global_id('r._ownerid_value') }} as owner_id,
        coalesce({{ refusal('r.donotemail') }}, {{ refusal('r.donotbulkemail') }}) as email_consent,
        case when {{ as_flag('r.donotemail') }} then 'donotemail' else 'donotbulkemail' end as email_consent_field,
        {{ refusal('r.donotphone') }} as phone_consent,
        {{ unread(times=['r.createdon', 'r.modifiedon']) }} as unread_fields
    from source

)

select * from renamed
