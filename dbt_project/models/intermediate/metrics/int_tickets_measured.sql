-- One row per ticket that still exists in its source, with its customer, and whether and how fast it was solved. A
-- ticket is open or solved, never both: the source's own flag says which, else what its status means, else whether it
-- has a time of solution; a solved one without that time has the time of its last change of status. A time of
-- solution or of reply before the opening is nulled, and so are both where the solution lies before the reply. A
-- ticket dated after as_of is absent, and one that is solved then is open.
with

stated as (

    select
        *,
        coalesce(
            is_closed, {{ status_meaning('tickets', 'status') }} in ('solved', 'closed'), solved_at is not null
        ) as is_done
    from {{ ref('int_tickets_unioned') }}
    where
        not is_deleted
        and {{ up_to_as_of('created_at') }}

),

dated as (

    select
        *,
        case when is_done then coalesce(solved_at, status_changed_at) end as done_at,
        is_done and {{ is_future('coalesce(solved_at, status_changed_at)') }} as is_solved_later
    from stated

),

judged as (

    select
        {{- columns_except('tickets', 'ticket_id', ['solved_at', 'first_reply_minutes'], 'dated') }},
        not is_done or is_solved_later as is_open,
        case when done_at >= created_at and not is_solved_later then done_at end as solved_at,
        case when first_reply_minutes >= 0 then first_reply_minutes end as reply_minutes,
        coalesce(done_at < created_at, false) as is_solved_before_opened,
        coalesce(first_reply_minutes < 0, false) as is_answered_before_opened
    from dated

),

timed as (

    select
        *,
        {{ dbt.datediff('created_at', 'solved_at', 'minute') }}
            as solution_minutes
    from judged

),

tickets as (

    select
        * {{ without('reply_minutes, solution_minutes') }},
        coalesce(solution_minutes < reply_minutes, false) as is_solved_before_reply,
        case when coalesce(solution_minutes >= reply_minutes, true) then reply_minutes end as first_reply_minutes,
        case when coalesce(solution_minutes >= reply_minutes, true) then solution_minutes end as resolution_minutes,
        case when solved_at is not null then count_of_replies <= 1 and coalesce(count_of_reopens, 0) = 0 end
            as is_solved_at_first_contact
    from timed

)

select
    tickets.*,
    contacts.customer_id
from tickets
left join {{ ref('int_contacts_resolved') }} as contacts
    on tickets.contact_id = contacts.contact_id
