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
    {{ nullif_blank("concat_ws(' ', buyer.first_name, buyer.last_name)") }} as full_name,
    {{ nullif_blank('buyer.first_name') }} as first_name,
    {{ nullif_blank('buyer.last_name') }} as last_name,
    email,
    phone,
    {{ nullif_blank('buyer.company') }} as company_name,
    {{ nullif_blank('buyer.address_1') }} as street,
    {{ nullif_blank('buyer.city') }} as city,
    {{ nullif_blank('buyer.state') }} as region,
    {{ nullif_blank('buyer.postcode') }} as postal_code,
    {{ nullif_blank('buyer.country') }} as country,
    cast(null as string) as parse_errors
from orders
qualify row_number() over (partition by contact_id order by updated_at desc, order_id desc) = 1
