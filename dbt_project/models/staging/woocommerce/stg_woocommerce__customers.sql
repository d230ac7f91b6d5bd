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
        {{ filled("concat_ws(' ', r.first_name, r.last_name)") }} as full_name,
        {{ filled('r.first_name') }} as first_name,
        {{ filled('r.last_name') }} as last_name,
        lower({{ filled('r.email') }}) as email,
        {{ filled('r.billing.phone') }} as phone,
        {{ filled('r.billing.company') }} as company_name,
        {{ filled('r.billing.address_1') }} as street,
        {{ filled('r.billing.city') }} as city,
        {{ filled('r.billing.state') }} as region,
        {{ filled('r.billing.postcode') }} as postal_code,
        {{ filled('r.billing.country') }} as country,
        {{ unread(times=['r.date_created_gmt', 'r.date_modified_gmt']) }} as unread_fields
    from source

)

select * from renamed
