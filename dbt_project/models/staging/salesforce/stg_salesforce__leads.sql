-- A converted lead is the contact that it became, as a merged record is its winner.
with source as (

    {{ latest('salesforce', 'leads', [
        'FirstName', 'LastName', 'Name', 'Email', 'Phone', 'MobilePhone', 'Company', 'Title', 'Street', 'City',
        'State', 'PostalCode', 'Country', 'LeadSource', 'Status', 'OwnerId', 'HasOptedOutOfEmail', 'DoNotCall',
        'ConvertedContactId', 'CreatedDate', 'SystemModstamp'
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
        coalesce({{ global_id('merged_into') }}, {{ global_id('r.ConvertedContactId') }}) as merged_into,
        {{ filled('r.Name') }} as full_name,
        {{ filled('r.FirstName') }} as first_name,
        {{ filled('r.LastName') }} as last_name,
        lower({{ filled('r.Email') }}) as email,
        {{ filled('r.Phone') }} as phone,
        {{ filled('r.MobilePhone') }} as mobile_phone,
        {{ filled('r.Company') }} as company_name,
        {{ filled('r.Title') }} as job_title,
        {{ filled('r.Street') }} as street,
        {{ filled('r.City') }} as city,
        {{ filled('r.State') }} as region,
        {{ filled('r.PostalCode') }} as postal_code,
        {{ filled('r.Country') }} as country,
        lower({{ filled('r.LeadSource') }}) as lead_source,
        {{ lead_direction('r.LeadSource') }} as lead_direction,
        lower({{ filled('r.Status') }}) as lead_status,
        'lead' as lifecycle_stage,
        {{ global_id('r.OwnerId') }} as owner_id,
        {{ refusal('r.HasOptedOutOfEmail') }} as email_consent,
        {{ refusal('r.DoNotCall') }} as phone_consent,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp']) }} as unread_fields
    from source

)

select * from renamed
