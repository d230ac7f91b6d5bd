with source as (

    {{ latest('zoho', 'contacts', {
        'Full_Name': 'text', 'First_Name': 'text', 'Last_Name': 'text', 'Email': 'text', 'Secondary_Email': 'text', 'Phone': 'text',
        'Mobile': 'text', 'Home_Phone': 'text', 'Account_Name': ['id', 'name'], 'Title': 'text',
        'Mailing_Street': 'text', 'Mailing_City': 'text', 'Mailing_State': 'text', 'Mailing_Zip': 'text',
        'Mailing_Country': 'text', 'Date_of_Birth': 'text', 'Lead_Source': 'text', 'Owner': ['id'],
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
        {{ filled('r.Home_Phone') }} as home_phone,
        {{ filled('r.Account_Name.name') }} as company_name,
        {{ global_id('r.Account_Name.id') }} as company_id,
        {{ filled('r.Title') }} as job_title,
        {{ filled('r.Mailing_Street') }} as street,
        {{ filled('r.Mailing_City') }} as city,
        {{ filled('r.Mailing_State') }} as region,
        {{ filled('r.Mailing_Zip') }} as postal_code,
        {{ filled('r.Mailing_Country') }} as country,
        {{ as_date('r.Date_of_Birth') }} as birth_date,
        {{ filled('r.Twitter') }} as twitter_handle,
        lower({{ filled('r.Lead_Source') }}) as lead_source,
        {{ lead_direction('r.Lead_Source') }} as lead_direction,
        {{ global_id('r.Owner.id') }} as owner_id,
        {{ refusal('r.Email_Opt_Out') }} as email_consent,
        {{ unread(times=['r.Created_Time', 'r.Modified_Time'], dates=['r.Date_of_Birth']) }} as unread_fields
    from source

)

select * from renamed
