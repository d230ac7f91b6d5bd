-- One row per ticket that still exists in its source, with its customer, and whether and how fast it
-- was solved. A time of solution or of reply before the opening is nulled. A ticket dated after as_of is absent, and
-- one that is solved then is open.
with

judged as (

    select
        {{- columns_but('tickets', 'ticket_id', ['solved_at', 'first_reply_minutes'], 'tickets') }},
        case when solved_at >= created_at and not {{ is_future('solved_at') }} then solved_at end as solved_at,
        case when first_reply_minutes >= 0 then first_reply_minutes end as first_reply_minutes,
        coalesce(solved_at < created_at, false) as is_solved_before_opened,
        coalesce(first_reply_minutes < 0, false) as is_answered_before_opened,
        {{ is_future('solved_at') }} as is_solved_later
    from {{ ref('int_tickets_unioned') }} as tickets
    where
        not is_deleted
        and not {{ is_future('created_at') }}

),

tickets as (

    select
        *,
        coalesce(status not in ('solved', 'closed'), solved_at is null) or is_solved_later as is_open,
        {{ dbt.datediff('created_at', 'solved_at', 'minute') }}
            as resolution_minutes,
        case when solved_at is not null then count_of_replies <= 1 and coalesce(count_of_reopens, 0) = 0 end
            as is_solved_at_first_contact
    from judged

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
