-- One row per ticket that still exists in its source, with its customer, and whether and how fast it
-- was solved.
with

tickets as (

    select
        *,
        coalesce(status not in ('solved', 'closed'), solved_at is null) as is_open,
        {{ dbt.datediff('created_at', 'solved_at', 'minute') }}
            as resolution_minutes
    from {{ ref('int_tickets_unioned') }}
    where not is_deleted

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

)

select
    tickets.*,
    contacts.customer_id
from tickets
left join contacts
    on tickets.contact_id = contacts.contact_id
