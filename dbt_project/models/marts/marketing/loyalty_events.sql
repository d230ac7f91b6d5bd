-- One row per booking of points that was made by as_of. Whose it is says the source's
-- own record, else an address that is one customer's alone.
with

told as (

    select * from {{ ref('int_loyalty_events_unioned') }}
    where
        not is_deleted
        and {{ up_to_as_of('coalesce(happened_at, created_at)') }}

),

owners as ({{ owners_of_addresses() }})

select
    told.loyalty_event_id,
    coalesce(contacts.customer_id, owners.customer_id) as customer_id,
    told.contact_id,
    told.source,
    {{ brand_of('told.source') }} as brand,
    told.source_id,
    told.kind,
    told.points,
    told.description,
    coalesce(told.happened_at, told.created_at) as happened_at
from told
left join {{ ref('int_contacts_resolved') }} as contacts
    on told.contact_id = contacts.contact_id
left join owners
    on lower(told.email) = owners.email
