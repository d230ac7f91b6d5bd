{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('stg_shopify__orders') }}
    where
        is_guest
        and not is_deleted
        and not {{ is_quarantined('stg_shopify__orders', true) }}

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
    cast(null as string) as unread_fields
from orders
group by contact_id, source, email
