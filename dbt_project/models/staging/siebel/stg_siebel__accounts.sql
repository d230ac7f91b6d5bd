with source as (

    {{ latest('siebel', 'accounts', [
        'Name', 'Home Page', 'Industry', 'Employees', 'Annual Revenue', 'City', 'Country', 'Street Address',
        'Postal Code', 'Main Phone Number', 'Created'
    ]) }}

),

dated as (

    select
        *,
        {{ iso_of_us('r.Created') }} as created,
        r['Annual Revenue'] as annual_revenue
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc_of_source('created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ filled('r.Name') }} as name,
        {{ domain_of("r['Home Page']") }} as domain,
        {{ filled('r.Industry') }} as industry,
        {{ as_whole('r.Employees') }} as size,
        {{ as_decimal('annual_revenue') }} as revenue,
        {{ filled('r.City') }} as city,
        {{ filled('r.Country') }} as country,
        {{ filled("r['Street Address']") }} as street,
        {{ filled("r['Postal Code']") }} as postal_code,
        {{ filled("r['Main Phone Number']") }} as phone,
        {{ unread(times=['created'], decimals=['annual_revenue'], wholes=['r.Employees']) }} as unread_fields
    from dated

)

select * from renamed
