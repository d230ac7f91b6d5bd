with source as (

    {{ latest('salesforce', 'contacts', [
        'FirstName', 'LastName', 'Name', 'Email', 'Phone', 'MobilePhone', 'HomePhone', 'AccountId', 'Title',
        'MailingStreet', 'MailingCity', 'MailingState', 'MailingPostalCode', 'MailingCountry', 'Birthdate',
        'LeadSource', 'OwnerId', 'HasOptedOutOfEmail', 'DoNotCall', 'IsPersonAccount', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ filled('r.Name') }} as full_name,
        {{ filled('r.FirstName') }} as first_name,
        {{ filled('r.LastName') }} as last_name,
        lower({{ filled('r.Email') }}) as email,
        {{ filled('r.Phone') }} as phone,
        {{ filled('r.MobilePhone') }} as mobile_phone,
        {{ filled('r.HomePhone') }} as home_phone,
        case
            when not coalesce({{ as_flag('r.IsPersonAccount') }}, false) then {{ global_id('r.AccountId') }}
        end as company_id,
        {{ filled('r.Title') }} as job_title,
        {{ filled('r.MailingStreet') }} as street,
        {{ filled('r.MailingCity') }} as city,
        {{ filled('r.MailingState') }} as region,
        {{ filled('r.MailingPostalCode') }} as postal_code,
        {{ filled('r.MailingCountry') }} as country,
        {{ as_date('r.Birthdate') }} as birth_date,
        lower({{ filled('r.LeadSource') }}) as lead_source,
        {{ lead_direction('r.LeadSource') }} as lead_direction,
        {{ global_id('r.OwnerId') }} as owner_id,
        {{ refusal('r.HasOptedOutOfEmail') }} as email_consent,
        {{ refusal('r.DoNotCall') }} as phone_consent,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp'], dates=['r.Birthdate']) }} as unread_fields
    from source

)

select * from renamed
