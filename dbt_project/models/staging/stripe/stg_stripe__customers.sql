with source as (

    {{ latest('stripe', 'customers', {
        'name': 'text', 'email': 'text', 'phone': 'text', 'created': 'text', 'preferred_locales': {'each': 'text'},
        'address': ['line1', 'city', 'state', 'postal_code', 'country']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ from_epoch('r.created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ filled('r.name') }} as full_name,
        lower({{ filled('r.email') }}) as email,
        {{ filled('r.phone') }} as phone,
        {{ filled('r.address.line1') }} as street,
        {{ filled('r.address.city') }} as city,
        {{ filled('r.address.state') }} as region,
        {{ filled('r.address.postal_code') }} as postal_code,
        {{ filled('r.address.country') }} as country,
        {{ filled(first_of('r.preferred_locales')) }} as language,
        {{ unread(wholes=['r.created']) }} as unread_fields
    from source

)

select * from renamed
