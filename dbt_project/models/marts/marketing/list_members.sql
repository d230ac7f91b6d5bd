-- One row per person on a list, and per one who was, up to as_of. Whose it is says the source's own record, else an
-- address that is one customer's alone.
with

told as (

    select * from {{ ref('int_list_members_unioned') }}
    where
        not is_deleted
        and not {{ is_future('coalesce(joined_at, created_at)') }}

),

owners as ({{ owners_of_addresses() }})

select
    told.list_member_id,
    coalesce(contacts.customer_id, owners.customer_id) as customer_id,
    told.contact_id,
    told.source,
    {{ brand_of('told.source') }} as brand,
    told.source_id,
    told.list_id,
    told.list_name,
    told.list_kind,
    coalesce(told.is_active, true) as is_active,
    told.joined_at
from told
left join {{ ref('int_contacts_resolved') }} as contacts
    on told.contact_id = contacts.contact_id
left join owners
    on lower(told.email) = owners.email
