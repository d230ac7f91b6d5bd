-- One row per customer with at least one ticket: how much help was asked for, and how it was rated.
with

tickets as (

    select * from {{ ref('int_tickets_measured') }}
    where customer_id is not null

)

select
    customer_id,
    cast(sum(coalesce(count_of_reopens, 0)) as bigint) as count_of_ticket_reopens,
    {{ quotient(
        "count(*) filter (where satisfaction = 'satisfied')",
        "nullif(count(*) filter (where satisfaction in ('satisfied', 'dissatisfied')), 0)"
    ) }} as satisfaction_share,
    {{ joined_in_order('distinct type', '; ', 'type') }} as support_types,
    count(*) as count_of_tickets,
    count(*) filter (where is_open) as count_of_open_tickets,
    max(created_at) as last_ticket_at,
    count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
    count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets
from tickets
group by customer_id
