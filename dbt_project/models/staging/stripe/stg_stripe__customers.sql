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
        {{ nullif_blank('r.name') }} as full_name,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ nullif_blank('r.phone') }} as phone,
        {{ nullif_blank('r.address.line1') }} as street,
        {{ nullif_blank('r.address.city') }} as city,
        {{ nullif_blank('r.address.state') }} as region,
        {{ nullif_blank('r.address.postal_code') }} as postal_code,
        {{ nullif_blank('r.address.country') }} as country,
        {{ nullif_blank(first_of('r.preferred_locales')) }} as language,
        {{ unread(wholes=['r.created']) }} as parse_errors
    from source

)

select * from renamed
