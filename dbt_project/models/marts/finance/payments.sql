-- One row per payment or refund that its source still knows and that was not made after as_of, at the rate of its day.
with

payments as (

    select
        *,
        coalesce(kind, case when amount < 0 then 'refund' else 'payment' end) as known_kind,
        coalesce(currency, '{{ var("base_currency") }}') as known_currency
    from {{ ref('int_payments_unioned') }}
    where
        not is_deleted
        and not {{ is_future('coalesce(paid_at, created_at)') }}

)

select
    payments.payment_id,
    contacts.customer_id,
    payments.contact_id,
    payments.invoice_id,
    payments.order_id,
    payments.source,
    {{ brand_of('payments.source') }} as brand,
    payments.source_id,
    payments.known_kind as kind,
    payments.status,
    payments.method,
    payments.paid_at,
    payments.known_currency as currency,
    payments.amount,
    payments.net_amount,
    '{{ var("base_currency") }}' as base_currency,
    {{ rate_of('payments.known_currency', 'rates.rate') }} as exchange_rate,
    case
        when payments.amount = 0 then 0
        else cast(payments.amount * {{ rate_of('payments.known_currency', 'rates.rate') }} as decimal(18, 4))
    end as value_amount
from payments
left join {{ ref('int_exchange_rates_dated') }} as rates
    on
        payments.known_currency = rates.currency
        and cast(payments.paid_at as date) = rates.rate_date
left join {{ ref('int_contacts_resolved') }} as contacts
    on payments.contact_id = contacts.contact_id
