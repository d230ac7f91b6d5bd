{% set billing = ['company', 'address_1', 'city', 'state', 'postcode', 'country', 'phone'] %}
with source as (

    {{ latest('woocommerce', 'customers', {
        'email': 'text', 'first_name': 'text', 'last_name': 'text', 'billing': billing,
        'date_created_gmt': 'text', 'date_modified_gmt': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.date_created_gmt') }} as created_at,
        coalesce({{ utc('r.date_modified_gmt') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank("concat_ws(' ', r.first_name, r.last_name)") }} as full_name,
        {{ nullif_blank('r.first_name') }} as first_name,
        {{ nullif_blank('r.last_name') }} as last_name,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ nullif_blank('r.billing.phone') }} as phone,
        {{ nullif_blank('r.billing.company') }} as company_name,
        {{ nullif_blank('r.billing.address_1') }} as street,
        {{ nullif_blank('r.billing.city') }} as city,
        {{ nullif_blank('r.billing.state') }} as region,
        {{ nullif_blank('r.billing.postcode') }} as postal_code,
        {{ nullif_blank('r.billing.country') }} as country,
        {{ unread(times=['r.date_created_gmt', 'r.date_modified_gmt']) }} as parse_errors
    from source

)

select * from renamed
