{{ config(materialized='view') }}

with orders as (

    {{ orders_of_guests('stg_shopify__orders') }}

)

select
    contact_id,
    source,
    {{ guest_id('email') }} as source_id,
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    false as is_deleted,
    email,
    max_by(phone, {{ packed(['updated_at', 'phone']) }}) filter (where phone is not null) as phone,
    cast(null as string) as parse_errors
from orders
group by contact_id, source, email
