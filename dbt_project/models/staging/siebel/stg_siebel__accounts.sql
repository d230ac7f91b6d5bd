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
        {{ nullif_blank('r.Name') }} as name,
        {{ domain_of("r['Home Page']") }} as domain,
        {{ nullif_blank('r.Industry') }} as industry,
        {{ as_whole('r.Employees') }} as size,
        {{ as_decimal('annual_revenue') }} as revenue,
        {{ nullif_blank('r.City') }} as city,
        {{ nullif_blank('r.Country') }} as country,
        {{ nullif_blank("r['Street Address']") }} as street,
        {{ nullif_blank("r['Postal Code']") }} as postal_code,
        {{ nullif_blank("r['Main Phone Number']") }} as phone,
        {{ unread(times=['created'], decimals=['annual_revenue'], wholes=['r.Employees']) }} as parse_errors
    from dated

)

select * from renamed
