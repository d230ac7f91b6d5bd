-- One row per invoice that still exists in its source and was not issued after as_of: what of it is still open, and in
-- which state it is. What the source says was paid after as_of was not paid yet.
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
        invoices.* {{ without('status') }},
        paid.payments_amount,
        coalesce({{ status_meaning('invoices', 'invoices.status') }}, invoices.status) as status,
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
            when status = 'paid' then 0
            when paid_at is not null then coalesce(balance_amount, 0)
            else coalesce(balance_amount, total_amount - coalesce(paid_amount, payments_amount, 0))
        end as decimal(18, 4)) as open_amount,
        {{ dbt.datediff('due_at', as_of_date(), 'day') }}
            as days_since_due
    from invoices

)

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
