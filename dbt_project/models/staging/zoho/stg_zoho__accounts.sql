with source as (

    {{ latest('zoho', 'accounts', [
        'Account_Name', 'Website', 'Industry', 'Employees', 'Annual_Revenue', 'Billing_City', 'Billing_Country',
        'Billing_Street', 'Billing_Code', 'Phone', 'Created_Time', 'Modified_Time'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc('r.Created_Time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled('r.Account_Name') }} as name,
        {{ domain_of('r.Website') }} as domain,
        {{ filled('r.Industry') }} as industry,
        {{ as_whole('r.Employees') }} as size,
        {{ as_decimal('r.Annual_Revenue') }} as revenue,
        {{ filled('r.Billing_City') }} as city,
        {{ filled('r.Billing_Country') }} as country,
        {{ filled('r.Billing_Street') }} as street,
        {{ filled('r.Billing_Code') }} as postal_code,
        {{ filled('r.Phone') }} as phone,
        {{ unread(
            times=['r.Created_Time', 'r.Modified_Time'],
            decimals=['r.Annual_Revenue'],
            wholes=['r.Employees']
        ) }} as unread_fields
    from source

)

select * from renamed
