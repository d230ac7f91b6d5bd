-- One row per invoice that still exists in its source and was not issued after as_of. What the source says was paid
-- after as_of was not paid yet. Amounts in the base currency are at the rate of the day of issue.
with

paid as (

    select
        invoice_id,
        cast(sum(amount) as decimal(18, 4)) as payments_amount
    from {{ ref('payments') }}
    where invoice_id is not null
    group by invoice_id

),

invoices as (

    select
        invoices.*,
        paid.payments_amount,
        coalesce(invoices.currency, '{{ var("base_currency") }}') as known_currency,
        {{ is_future('invoices.paid_at') }} as is_paid_later
    from {{ ref('int_invoices_unioned') }} as invoices
    left join paid
        on invoices.invoice_id = paid.invoice_id
    where
        not invoices.is_deleted
        and not {{ is_future('coalesce(invoices.issued_at, invoices.created_at)') }}

),

balanced as (

    select
        *,
        cast(case
            when status = 'void' or issued_at is null or status = 'draft' then 0
            when is_paid_later then total_amount - coalesce(payments_amount, 0)
            when paid_at is not null then coalesce(balance_amount, 0)
            else coalesce(balance_amount, total_amount - coalesce(paid_amount, payments_amount, 0))
        end as decimal(18, 4)) as open_amount,
        {{ dbt.datediff('due_at', as_of_date(), 'day') }}
            as days_since_due
    from invoices

),

stated as (

    select
        *,
        case
            when status = 'void' then 'void'
            when issued_at is null or status = 'draft' then 'draft'
            when status = 'uncollectible' then 'written off'
            when open_amount <= 0 then 'paid'
            when days_since_due > 0 then 'overdue'
            else 'open'
        end as state
    from balanced

)

select
    stated.invoice_id,
    contacts.customer_id,
    stated.contact_id,
    stated.company_id,
    stated.order_id,
    stated.source,
    stated.source_id,
    stated.name,
    stated.state,
    stated.issued_at,
    stated.due_at,
    case when not stated.is_paid_later then stated.paid_at end as paid_at,
    case when stated.state = 'overdue' then stated.days_since_due end as days_overdue,
    stated.known_currency as currency,
    stated.total_amount,
    case
        when stated.state not in ('void', 'draft') then cast(stated.total_amount - stated.open_amount as decimal(18, 4))
        else 0
    end as paid_amount,
    stated.open_amount as balance_amount,
    stated.payments_amount,
    '{{ var("base_currency") }}' as base_currency,
    {{ rate_of('stated.known_currency', 'rates.rate') }} as exchange_rate,
    cast(stated.total_amount * {{ rate_of('stated.known_currency', 'rates.rate') }} as decimal(18, 4)) as total_value,
    cast(stated.open_amount * {{ rate_of('stated.known_currency', 'rates.rate') }} as decimal(18, 4)) as balance_value
from stated
left join {{ ref('int_exchange_rates_dated') }} as rates
    on
        stated.known_currency = rates.currency
        and cast(stated.issued_at as date) = rates.rate_date
left join {{ ref('int_contacts_resolved') }} as contacts
    on stated.contact_id = contacts.contact_id
