with source as (

    {{ latest('salesforce', 'accounts', [
        'Name', 'Website', 'Industry', 'NumberOfEmployees', 'AnnualRevenue', 'BillingCity', 'BillingCountry',
        'BillingStreet', 'BillingPostalCode', 'Phone', 'IsPersonAccount', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ filled('r.Name') }} as name,
        {{ domain_of('r.Website') }} as domain,
        {{ filled('r.Industry') }} as industry,
        {{ as_whole('r.NumberOfEmployees') }} as size,
        {{ as_decimal('r.AnnualRevenue') }} as revenue,
        {{ filled('r.BillingCity') }} as city,
        {{ filled('r.BillingCountry') }} as country,
        {{ filled('r.BillingStreet') }} as street,
        {{ filled('r.BillingPostalCode') }} as postal_code,
        {{ filled('r.Phone') }} as phone,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp'],
            decimals=['r.AnnualRevenue'],
            wholes=['r.NumberOfEmployees']
        ) }} as unread_fields
    from source
    -- A person account is a person, and its contact says so.
    where not coalesce({{ as_flag('r.IsPersonAccount') }}, false)

)

select * from renamed
