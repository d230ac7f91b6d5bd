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
        {{ nullif_blank("concat_ws(' ', nullif(r['First Name'], ''), nullif(r['Last Name'], ''))") }} as full_name,
        {{ nullif_blank("r['First Name']") }} as first_name,
        {{ nullif_blank("r['Last Name']") }} as last_name,
        lower({{ nullif_blank("r['Email Address']") }}) as email,
        coalesce({{ nullif_blank("r['Work Phone #']") }}, {{ nullif_blank("r['Cellular Phone #']") }}) as phone,
        {{ nullif_blank("r['Cellular Phone #']") }} as mobile_phone,
        {{ nullif_blank("r['Work Phone #']") }} as work_phone,
        {{ nullif_blank("r['Home Phone #']") }} as home_phone,
        {{ nullif_blank('r.Account') }} as company_name,
        {{ global_id("r['Account Id']") }} as company_id,
        {{ nullif_blank("r['Job Title']") }} as job_title,
        {{ nullif_blank("r['Personal Street Address']") }} as street,
        {{ nullif_blank("r['Personal City']") }} as city,
        {{ nullif_blank("r['Personal State']") }} as region,
        {{ nullif_blank("r['Personal Postal Code']") }} as postal_code,
        {{ nullif_blank("r['Personal Country']") }} as country,
        {{ as_date('birth') }} as birth_date,
        case upper(coalesce({{ nullif_blank("r['M/F']") }}, {{ nullif_blank('r.Gender') }}))
            when 'M' then 'male'
            when 'F' then 'female'
        end as gender,
        {{ refusal("r['Suppress All Emails']") }} as email_consent,
        {{ refusal("r['Suppress All Calls']") }} as phone_consent,
        {{ unread(times=['created'], dates=['birth']) }} as parse_errors
    from dated

)

select * from renamed
