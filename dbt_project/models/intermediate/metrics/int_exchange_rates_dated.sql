-- One row per currency and day on which an order, deal, campaign, invoice or payment needs a rate: the newest rate
-- of the seed that is valid on that day. A null rate means that the seed has none for it.
{% set base_currency = var('base_currency') %}

with

orders as (

    select * from {{ ref('int_orders_unioned') }}

),

deals as (

    select * from {{ ref('int_deals_unioned') }}

),

campaigns as (

    select * from {{ ref('int_campaigns_unioned') }}

),

invoices as (

    select * from {{ ref('int_invoices_unioned') }}

),

payments as (

    select * from {{ ref('int_payments_unioned') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

days as (

    select
        currency,
        cast(ordered_at as date) as rate_date
    from orders
    union distinct
    select
        currency,
        cast(closed_at as date) as rate_date
    from deals
    where closed_at is not null
    union distinct
    select
        currency,
        cast('{{ var("as_of") }}' as date) as rate_date
    from deals
    union distinct
    select
        currency,
        cast(sent_at as date) as rate_date
    from campaigns
    union distinct
    select
        currency,
        cast(issued_at as date) as rate_date
    from invoices
    union distinct
    select
        currency,
        cast(paid_at as date) as rate_date
    from payments

),

rated as (

    select
        days.currency,
        days.rate_date,
        rates.rate
    from days
    left join rates
        on
            days.currency = rates.currency
            and days.rate_date >= rates.valid_from
    where days.currency is not null
    qualify row_number() over (
        partition by days.currency, days.rate_date
        order by rates.valid_from desc
    ) = 1

)

select
    currency,
    rate_date,
    case
        when currency = '{{ base_currency }}' then cast(1 as decimal(24, 8))
        else cast(rate as decimal(24, 8))
    end as rate
from rated
