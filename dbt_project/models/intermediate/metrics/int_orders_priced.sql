-- One row per order that still exists in its source, valued in the base currency. The money rule lives
-- here and nowhere else:
--   a sale that is not cancelled counts what was paid, and nets it of tax, shipping and refunds; what a shop calls
--   refunded holds tax and shipping too, so it takes back its share of the net: all of it when all is refunded;
--   a cancellation or an adjustment counts its total, which is normally negative;
--   a cancelled sale and a test order count nothing;
--   an order in a currency without a rate has no amount in the base currency, and is counted in data_quality.
with

orders as (

    select * from {{ ref('int_orders_judged') }}

),

rated as (

    select
        orders.*,
        contacts.customer_id,
        coalesce(accounts.created_at > orders.ordered_at + interval 1 day, false) as is_before_account,
        case
            when orders.priced_currency = '{{ var("base_currency") }}' then cast(1 as decimal(24, 8))
            else rates.rate
        end as exchange_rate
    from orders
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on
            orders.priced_currency = rates.currency
            and cast(orders.ordered_at as date) = rates.rate_date
    left join {{ ref('int_contacts_resolved') }} as contacts
        on orders.contact_id = contacts.contact_id
    left join {{ ref('int_contacts_unioned') }} as accounts
        on orders.contact_id = accounts.contact_id

),

counted as (

    select
        *,
        case when is_sale or is_correction then total_amount else 0 end as counted_total,
        case when is_sale then coalesce(tax_amount, 0) else 0 end as counted_tax,
        case when is_sale then coalesce(shipping_amount, 0) else 0 end as counted_shipping,
        case
            when is_sale and refunded_amount <> 0 and total_amount > 0
                then {{ prorated(
                    'refunded_amount',
                    'total_amount - coalesce(tax_amount, 0) - coalesce(shipping_amount, 0)',
                    'total_amount'
                ) }}
            when is_sale then coalesce(refunded_amount, 0)
            else 0
        end as counted_refund
    from rated

),

valued as (

    select
        *,
        cast(total_amount * exchange_rate as decimal(18, 4)) as total_value,
        cast(counted_total * exchange_rate as decimal(18, 4)) as gross_revenue,
        cast(counted_tax * exchange_rate as decimal(18, 4)) as tax_revenue,
        cast(counted_shipping * exchange_rate as decimal(18, 4)) as shipping_revenue,
        cast(counted_refund * exchange_rate as decimal(18, 4)) as refunded_revenue
    from counted

)

select
    *,
    cast(gross_revenue - tax_revenue - shipping_revenue - refunded_revenue as decimal(18, 4))
        as net_revenue
from valued
