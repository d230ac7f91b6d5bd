with source as (

    {{ latest('zoho', 'leads', {
        'Full_Name': 'text', 'First_Name': 'text', 'Last_Name': 'text', 'Email': 'text', 'Secondary_Email': 'text', 'Phone': 'text',
        'Mobile': 'text', 'Company': 'text', 'Designation': 'text', 'Street': 'text', 'City': 'text', 'State': 'text',
        'Zip_Code': 'text', 'Country': 'text', 'Lead_Source': 'text', 'Lead_Status': 'text', 'Owner': ['id'],
        'Email_Opt_Out': 'text', 'Twitter': 'text', 'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.Created_Time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled('r.Full_Name') }} as full_name,
        {{ filled('r.First_Name') }} as first_name,
        {{ filled('r.Last_Name') }} as last_name,
        lower({{ filled('r.Email') }}) as email,
        lower({{ filled('r.Secondary_Email') }}) as other_emails,
        {{ filled('r.Phone') }} as phone,
        {{ filled('r.Mobile') }} as mobile_phone,
        {{ filled('r.Company') }} as company_name,
        {{ filled('r.Designation') }} as job_title,
        {{ filled('r.Street') }} as street,
        {{ filled('r.City') }} as city,
        {{ filled('r.State') }} as region,
        {{ filled('r.Zip_Code') }} as postal_code,
        {{ filled('r.Country') }} as country,
        {{ filled('r.Twitter') }} as twitter_handle,
        lower({{ filled('r.Lead_Source') }}) as lead_source,
        {{ lead_direction('r.Lead_Source') }} as lead_direction,
        lower({{ filled('r.Lead_Status') }}) as lead_status,
        'lead' as lifecycle_stage,
        {{ global_id('r.Owner.id') }} as owner_id,
        {{ refusal('r.Email_Opt_Out') }} as email_consent,
        {{ unread(times=['r.Created_Time', 'r.Modified_Time']) }} as unread_fields
    from source

)

select * from renamed
