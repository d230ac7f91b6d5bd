with source as (

    {{ latest('pipedrive', 'organizations', {
        'name': 'text', 'website': 'text', 'employee_count': 'text', 'annual_revenue': 'text',
        'address': ['value', 'route', 'street_number', 'locality', 'postal_code', 'country'],
        'add_time': 'text', 'update_time': 'text'
    }) }}

),

renamed as (

    select
        {{ columns_of_record('company_id', 'add_time', 'update_time') }},
        {{ nullif_blank('r.name') }} as name,
        {{ domain_of('r.website') }} as domain,
        {{ as_whole('r.employee_count') }} as size,
        {{ as_decimal('r.annual_revenue') }} as revenue,
        {{ nullif_blank('r.address.locality') }} as city,
        {{ nullif_blank('r.address.country') }} as country,
        -- What the map service did not take apart stands in the one line that was typed.
        coalesce(
            {{ nullif_blank("concat_ws(' ', r.address.route, r.address.street_number)") }},
            case when {{ nullif_blank('r.address.locality') }} is null then {{ nullif_blank('r.address.value') }} end
        ) as street,
        {{ nullif_blank('r.address.postal_code') }} as postal_code,
        {{ unread(
            times=['r.add_time', 'r.update_time'], decimals=['r.annual_revenue'], wholes=['r.employee_count']
        ) }} as parse_errors
    from source

)

select * from renamed
