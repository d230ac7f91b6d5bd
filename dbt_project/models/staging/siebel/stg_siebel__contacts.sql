with source as (

    {{ latest('siebel', 'contacts', [
        'First Name', 'Last Name', 'Email Address', 'Work Phone #', 'Cellular Phone #', 'Home Phone #', 'Job Title',
        'Account Id', 'Account', 'Personal Street Address', 'Personal City', 'Personal State', 'Personal Postal Code',
        'Personal Country', 'Birth Date', 'M/F', 'Gender', 'Suppress All Emails', 'Suppress All Calls', 'Created'
    ]) }}

),

dated as (

    select
        *,
        {{ iso_of_us('r.Created') }} as created,
        {{ iso_of_us("r['Birth Date']") }} as birth
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc_of_source('created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ filled("concat_ws(' ', nullif(r['First Name'], ''), nullif(r['Last Name'], ''))") }} as full_name,
        {{ filled("r['First Name']") }} as first_name,
        {{ filled("r['Last Name']") }} as last_name,
        lower({{ filled("r['Email Address']") }}) as email,
        coalesce({{ filled("r['Work Phone #']") }}, {{ filled("r['Cellular Phone #']") }}) as phone,
        {{ filled("r['Cellular Phone #']") }} as mobile_phone,
        {{ filled("r['Work Phone #']") }} as work_phone,
        {{ filled("r['Home Phone #']") }} as home_phone,
        {{ filled('r.Account') }} as company_name,
        {{ global_id("r['Account Id']") }} as company_id,
        {{ filled("r['Job Title']") }} as job_title,
        {{ filled("r['Personal Street Address']") }} as street,
        {{ filled("r['Personal City']") }} as city,
        {{ filled("r['Personal State']") }} as region,
        {{ filled("r['Personal Postal Code']") }} as postal_code,
        {{ filled("r['Personal Country']") }} as country,
        {{ as_date('birth') }} as birth_date,
        case upper(coalesce({{ filled("r['M/F']") }}, {{ filled('r.Gender') }}))
            when 'M' then 'male'
            when 'F' then 'female'
        end as gender,
        {{ refusal("r['Suppress All Emails']") }} as email_consent,
        {{ refusal("r['Suppress All Calls']") }} as phone_consent,
        {{ unread(times=['created'], dates=['birth']) }} as unread_fields
    from dated

)

select * from renamed
