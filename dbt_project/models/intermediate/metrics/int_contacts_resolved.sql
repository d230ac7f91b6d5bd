-- One row per person record whose customer exists: the one place where facts find their customer.
-- A record of a customer that is gone is absent here, so its orders become anonymous.
with

identities as (

    select * from {{ ref('int_customer_ids_assigned') }}

),

customers as (

    select * from {{ ref('int_golden_records') }}

)

select
    identities.contact_id,
    identities.customer_id
from identities
inner join customers
    on identities.customer_id = customers.customer_id
