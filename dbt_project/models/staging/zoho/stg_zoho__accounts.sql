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
        {{ nullif_blank('r.Account_Name') }} as name,
        {{ domain_of('r.Website') }} as domain,
        {{ nullif_blank('r.Industry') }} as industry,
        {{ as_whole('r.Employees') }} as size,
        {{ as_decimal('r.Annual_Revenue') }} as revenue,
        {{ nullif_blank('r.Billing_City') }} as city,
        {{ nullif_blank('r.Billing_Country') }} as country,
        {{ nullif_blank('r.Billing_Street') }} as street,
        {{ nullif_blank('r.Billing_Code') }} as postal_code,
        {{ nullif_blank('r.Phone') }} as phone,
        {{ unread(
            times=['r.Created_Time', 'r.Modified_Time'],
            decimals=['r.Annual_Revenue'],
            wholes=['r.Employees']
        ) }} as parse_errors
    from source

)

select * from renamed
