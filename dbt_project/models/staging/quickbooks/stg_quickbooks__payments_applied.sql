{{ config(materialized='view') }}

-- A payment of several invoices is one of each, and one of what is applied to none. Where its lines do not add up to
-- that, it is one of its first invoice.
with applied as (

    select
        source,
        payment_source_id,
        invoice_id,
        sum(amount) as amount,
        min(sum(amount)) over (partition by source, payment_source_id) as least_amount,
        sum(sum(amount)) over (partition by source, payment_source_id) as applied_amount
    from {{ ref('stg_quickbooks__payment_lines') }}
    where invoice_id is not null
    group by source, payment_source_id, invoice_id

),

split as (

    select
        payments.* {{ without('invoice_id, amount') }},
        applied.invoice_id,
        applied.amount,
        applied.applied_amount
    from {{ ref('stg_quickbooks__payments') }} as payments
    inner join applied
        on
            payments.source = applied.source
            and payments.source_id = applied.payment_source_id
    where
        applied.least_amount >= 0
        and applied.applied_amount <= payments.amount

),

whole as (

    select
        source,
        source_id,
        max(applied_amount) as applied_amount
    from split
    group by source, source_id

)

select
    payment_id || '/' || split_part(invoice_id, ':', -1) as payment_id,
    source,
    source_id || '/' || split_part(invoice_id, ':', -1) as source_id,
    created_at,
    updated_at,
    is_deleted,
    contact_id,
    invoice_id,
    kind,
    status,
    method,
    paid_at,
    currency,
    amount,
    parse_errors
from split
where amount <> 0
union all
select
    payments.payment_id,
    payments.source,
    payments.source_id,
    payments.created_at,
    payments.updated_at,
    payments.is_deleted,
    payments.contact_id,
    case when whole.source_id is null then payments.invoice_id end as invoice_id,
    payments.kind,
    payments.status,
    payments.method,
    payments.paid_at,
    payments.currency,
    cast(payments.amount - coalesce(whole.applied_amount, 0) as decimal(18, 4)) as amount,
    payments.parse_errors
from {{ ref('stg_quickbooks__payments') }} as payments
left join whole
    on
        payments.source = whole.source
        and payments.source_id = whole.source_id
where
    whole.source_id is null
    or payments.amount <> whole.applied_amount
