-- One row per invoice that still exists in its source and was not issued after as_of. Amounts in the base currency are
-- at the rate of the day of issue.
{% set rate = rate_of('invoices.known_currency', 'rates.rate') %}

with

invoices as (

    select * from {{ ref('int_invoices_balanced') }}

),

rates as (

    select * from {{ ref('int_exchange_rates_dated') }}

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

)

select
    invoices.invoice_id,
    contacts.customer_id,
    invoices.contact_id,
    invoices.company_id,
    invoices.order_id,
    invoices.source,
    {{ brand_of('invoices.source') }} as brand,
    invoices.source_id,
    invoices.name,
    invoices.state,
    invoices.issued_at,
    invoices.due_at,
    case when not invoices.is_paid_later then invoices.paid_at end as paid_at,
    case when invoices.state = 'overdue' then invoices.days_since_due end as days_overdue,
    invoices.known_currency as currency,
    invoices.total_amount,
    case
        when invoices.state not in ('void', 'draft')
            then cast(invoices.total_amount - invoices.open_amount as decimal(18, 4))
        else 0
    end as paid_amount,
    invoices.open_amount as balance_amount,
    invoices.payments_amount,
    '{{ var("base_currency") }}' as base_currency,
    {{ rate }} as exchange_rate,
    cast(invoices.total_amount * {{ rate }} as decimal(18, 4)) as total_value,
    cast(invoices.open_amount * {{ rate }} as decimal(18, 4)) as balance_value
from invoices
left join rates
    on
        invoices.known_currency = rates.currency
        and cast(invoices.issued_at as date) = rates.rate_date
left join contacts
    on invoices.contact_id = contacts.contact_id
