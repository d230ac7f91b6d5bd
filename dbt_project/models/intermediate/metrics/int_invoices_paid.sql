-- One row per invoice that is paid, with what it brought in the base currency at the rate of the day of issue. What was
-- refunded of its payments takes back its share of the net.
{% set tax = 'coalesce(invoices.tax_amount, 0)' if 'tax_amount' in columns_of('invoices', 'invoice_id') else '0' %}

with

refunds as (

    select
        invoice_id,
        cast(sum(abs(amount)) as decimal(18, 4)) as refunded_amount
    from {{ ref('payments') }}
    where
        invoice_id is not null
        and (lower(kind) = 'refund' or amount < 0)
    group by invoice_id

),

rated as (

    select
        invoices.invoice_id,
        invoices.source,
        invoices.source_id,
        invoices.name,
        invoices.order_id,
        invoices.contact_id,
        invoices.company_id,
        invoices.issued_at,
        invoices.known_currency as currency,
        invoices.total_amount,
        {{ tax }} as tax_amount,
        {{ rate_of('invoices.known_currency', 'rates.rate') }} as exchange_rate,
        case
            when invoices.total_amount > 0 and refunds.refunded_amount > 0
                then {{ prorated('refunds.refunded_amount', 'invoices.total_amount - ' ~ tax, 'invoices.total_amount') }}
            else 0
        end as refunded_net
    from {{ ref('int_invoices_balanced') }} as invoices
    left join refunds
        on invoices.invoice_id = refunds.invoice_id
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on
            invoices.known_currency = rates.currency
            and cast(invoices.issued_at as date) = rates.rate_date
    where
        invoices.state = 'paid'
        and invoices.total_amount <> 0

),

valued as (

    select
        *,
        case when total_amount < 0 then 'adjustment' else 'sale' end as order_kind,
        total_amount - tax_amount as net_amount,
        cast(total_amount * exchange_rate as decimal(18, 4)) as gross_revenue,
        cast(tax_amount * exchange_rate as decimal(18, 4)) as tax_revenue,
        0 as shipping_revenue,
        cast(refunded_net * exchange_rate as decimal(18, 4)) as refunded_revenue
    from rated

)

select
    *,
    cast(gross_revenue - tax_revenue - refunded_revenue as decimal(18, 4)) as net_revenue
from valued
