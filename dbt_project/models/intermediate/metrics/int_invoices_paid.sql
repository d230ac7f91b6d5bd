-- One row per invoice that is paid, with what it brought in the base currency at the rate of the day of issue. What was
-- refunded of its payments, or taken back by a bank, takes back its share of the net, and never more than the net.
{% set tax = 'coalesce(invoices.tax_amount, 0)' %}

with

refunds as (

    select
        telling_id,
        cast(sum(refunded_amount) as decimal(18, 4)) as refunded_amount,
        cast(coalesce(sum(refunded_amount) filter (where is_dispute), 0) as decimal(18, 4)) as disputed_amount
    from {{ ref('int_refunds_told') }}
    where not coalesce(is_repeated, false)
    group by telling_id

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
                then {{ prorated(
                    'least(refunds.refunded_amount, invoices.total_amount)', 'invoices.total_amount - ' ~ tax,
                    'invoices.total_amount'
                ) }}
            else 0
        end as refunded_net,
        coalesce(refunds.disputed_amount, 0) as disputed_amount,
        coalesce(refunds.refunded_amount - refunds.disputed_amount, 0) as repaid_amount
    from {{ ref('int_invoices_balanced') }} as invoices
    left join refunds
        on 'invoice ' || invoices.invoice_id = refunds.telling_id
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
        0 as shipping_revenue,
        cast(total_amount * exchange_rate as decimal(18, 4)) as gross_revenue,
        cast(tax_amount * exchange_rate as decimal(18, 4)) as tax_revenue,
        cast(refunded_net * exchange_rate as decimal(18, 4)) as refunded_revenue,
        cast(disputed_amount * exchange_rate as decimal(18, 4)) as disputed_revenue,
        cast(repaid_amount * exchange_rate as decimal(18, 4)) as repaid_revenue,
        total_amount - tax_amount as net_amount,
        case when total_amount < 0 then 'adjustment' else 'sale' end as order_kind
    from rated

)

select
    *,
    cast(gross_revenue - tax_revenue - refunded_revenue as decimal(18, 4)) as net_revenue
from valued
