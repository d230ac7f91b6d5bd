-- One row per company that somebody had to do with: its deals, tickets, touches and what it owes.
with

deals as (

    select
        account_id,
        {%- for outcome in ['open', 'won', 'lost'] %}
        count(*) filter (where outcome = '{{ outcome }}') as count_of_{{ outcome }}_deals,
        {{ measured_sum('value_amount', "outcome = '" ~ outcome ~ "'") }} as {{ outcome }}_deal_amount,
        {%- endfor %}
        count(*) filter (where is_overdue) as count_of_overdue_deals
    from {{ ref('deals') }}
    where account_id is not null
    group by account_id

),

tickets as (

    select
        account_id,
        count(*) as count_of_tickets,
        count(*) filter (where is_open) as count_of_open_tickets,
        {{ quotient(
            "count(*) filter (where satisfaction = 'satisfied')",
            "nullif(count(*) filter (where satisfaction in ('satisfied', 'dissatisfied')), 0)"
        ) }} as satisfaction_share
    from {{ ref('tickets') }}
    where account_id is not null
    group by account_id

),

touches as (

    select
        employed.account_id,
        count(*) as count_of_touches,
        max(touches.event_at) filter (where touches.direction = 'inbound') as last_seen_at,
        max(touches.event_at) filter (where touches.direction = 'outbound') as last_contacted_at
    from {{ ref('customer_timeline') }} as touches
    inner join {{ ref('int_customer_companies') }} as employed
        on touches.customer_id = employed.customer_id
    group by employed.account_id

),

invoices as (

    select
        {{ account_of() }} as account_id,
        count(*) as count_of_overdue_invoices
    from {{ ref('invoices') }} as invoices
    {{ account_joins('invoices.company_id', 'invoices.customer_id') }}
    where
        invoices.state = 'overdue'
        and {{ account_of() }} is not null
    group by {{ account_of() }}

)

select
    companies.account_id,
    deals.* {{ without('account_id') }},
    tickets.* {{ without('account_id') }},
    touches.* {{ without('account_id') }},
    invoices.* {{ without('account_id') }}
from {{ ref('int_companies_survived') }} as companies
left join deals
    on companies.account_id = deals.account_id
left join tickets
    on companies.account_id = tickets.account_id
left join touches
    on companies.account_id = touches.account_id
left join invoices
    on companies.account_id = invoices.account_id
