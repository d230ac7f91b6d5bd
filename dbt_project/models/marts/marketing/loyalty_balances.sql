-- One row per person in a loyalty programme that still knows them. Whose it is says the source's
-- own record, else an address that is one customer's alone.
with

told as (

    select * from {{ ref('int_loyalty_balances_unioned') }}
    where
        not is_deleted

),

owners as ({{ owners_of_addresses() }})

select
    told.loyalty_balance_id,
    coalesce(contacts.customer_id, owners.customer_id) as customer_id,
    told.contact_id,
    told.source,
    {{ brand_of('told.source') }} as brand,
    told.source_id,
    told.tier,
    told.status,
    told.points_balance,
    told.points_pending,
    told.points_spent,
    told.enrolled_at,
    told.updated_at
from told
left join {{ ref('int_contacts_resolved') }} as contacts
    on told.contact_id = contacts.contact_id
left join owners
    on lower(told.email) = owners.email
