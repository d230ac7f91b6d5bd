with source as (

    {{ latest('hubspot', 'companies', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'name', 'domain', 'industry', 'numberofemployees', 'annualrevenue', 'city', 'country', 'address', 'zip', 'phone'
        ]
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank('r.properties.name') }} as name,
        lower({{ nullif_blank('r.properties.domain') }}) as domain,
        {{ nullif_blank('r.properties.industry') }} as industry,
        {{ as_whole('r.properties.numberofemployees') }} as size,
        {{ as_decimal('r.properties.annualrevenue') }} as revenue,
        {{ nullif_blank('r.properties.city') }} as city,
        {{ nullif_blank('r.properties.country') }} as country,
        {{ nullif_blank('r.properties.address') }} as street,
        {{ nullif_blank('r.properties.zip') }} as postal_code,
        {{ nullif_blank('r.properties.phone') }} as phone,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt'],
            decimals=['r.properties.annualrevenue'],
            wholes=['r.properties.numberofemployees']
        ) }} as parse_errors
    from source

)

select * from renamed
