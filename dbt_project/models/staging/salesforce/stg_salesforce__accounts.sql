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
        {{ nullif_blank('r.Name') }} as name,
        {{ domain_of('r.Website') }} as domain,
        {{ nullif_blank('r.Industry') }} as industry,
        {{ as_whole('r.NumberOfEmployees') }} as size,
        {{ as_decimal('r.AnnualRevenue') }} as revenue,
        {{ nullif_blank('r.BillingCity') }} as city,
        {{ nullif_blank('r.BillingCountry') }} as country,
        {{ nullif_blank('r.BillingStreet') }} as street,
        {{ nullif_blank('r.BillingPostalCode') }} as postal_code,
        {{ nullif_blank('r.Phone') }} as phone,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp'],
            decimals=['r.AnnualRevenue'],
            wholes=['r.NumberOfEmployees']
        ) }} as parse_errors
    from source
    -- A person account is a person, and its contact says so.
    where not coalesce({{ as_flag('r.IsPersonAccount') }}, false)

)

select * from renamed
