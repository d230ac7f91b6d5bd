{{ config(materialized='view') }}

with orders as (

    {{ orders_of_guests('stg_woocommerce__orders') }}

)

select
    contact_id,
    source,
    {{ guest_id('email') }} as source_id,
    min(created_at) over (partition by contact_id) as created_at,
    updated_at,
    false as is_deleted,
    {{ filled("concat_ws(' ', buyer.first_name, buyer.last_name)") }} as full_name,
    {{ filled('buyer.first_name') }} as first_name,
    {{ filled('buyer.last_name') }} as last_name,
    email,
    phone,
    {{ filled('buyer.company') }} as company_name,
    {{ filled('buyer.address_1') }} as street,
    {{ filled('buyer.city') }} as city,
    {{ filled('buyer.state') }} as region,
    {{ filled('buyer.postcode') }} as postal_code,
    {{ filled('buyer.country') }} as country,
    cast(null as string) as unread_fields
from orders
qualify row_number() over (partition by contact_id order by updated_at desc, order_id desc) = 1
