{{ config(materialized='view') }}

with receipts as (

    {{ orders_of_guests('stg_quickbooks__sales_receipts') }}

)

select
    contact_id,
    source,
    {{ guest_id('email') }} as source_id,
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    false as is_deleted,
    email,
    cast(null as string) as parse_errors
from receipts
group by contact_id, source, email
