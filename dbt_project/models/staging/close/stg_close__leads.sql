with source as (

    {{ latest('close', 'leads', {
        'name': 'text', 'url': 'text', 'date_created': 'text', 'date_updated': 'text',
        'addresses': {'each': ['address_1', 'address_2', 'city', 'zipcode', 'country']}
    }) }}

),

placed as (

    select
        *,
        {{ first_of('r.addresses') }} as place
    from source

)

select
    {{ columns_of_record('company_id', 'date_created', 'date_updated') }},
    {{ global_id('merged_into') }} as merged_into,
    {{ nullif_blank('r.name') }} as name,
    {{ domain_of('r.url') }} as domain,
    {{ nullif_blank('place.city') }} as city,
    {{ nullif_blank('place.country') }} as country,
    {{ nullif_blank("concat_ws(' ', nullif(place.address_1, ''), nullif(place.address_2, ''))") }} as street,
    {{ nullif_blank('place.zipcode') }} as postal_code,
    {{ unread(times=['r.date_created', 'r.date_updated']) }} as parse_errors
from placed
