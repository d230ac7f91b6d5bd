-- One row per order that still exists in its source, valued in the base currency. The money rule lives
-- here and nowhere else:
--   a sale counts what was paid, and nets it of tax, shipping, of what is no sale of goods, and of refunds. Shipping's
--   own tax is in the tax already. A refund takes back what its source says it does; where the source gives only what
--   was paid back, tax and shipping included, it takes back its share of the net; never more than the net;
-- where the order says nothing of refunds, its payments do; where a payment provider tells of more than the order's own
-- system, that is what went back; a lost dispute takes back its share beside the refunds; a cancellation or an
-- adjustment counts its total, normally negative, and is netted as a sale is, whatever the signs; what is no sale
-- (cancelled, never paid, a quote, a test) counts nothing; an order in a currency without a rate has no amount in the
-- base currency, and is counted in data_quality.
with

told as (

    select
        telling_id,
        bool_or(coalesce(is_foreign, false)) filter (where not is_dispute) as is_foreign,
        sum(refunded_amount) filter (where not is_dispute) as refunded_amount,
        sum(refunded_amount) filter (where is_dispute) as disputed_amount
    from {{ ref('int_refunds_told') }}
    where not coalesce(is_repeated, false)
    group by telling_id

),

rated as (

    select
        orders.* {{ without('refunded_amount, refunded_net_amount') }},
        cast(
            coalesce(
                case when not coalesce(told.is_foreign, false) then orders.refunded_amount end, told.refunded_amount
            ) as decimal(18, 4)
        ) as refunded_amount,
        case when not coalesce(told.is_foreign, false) then orders.refunded_net_amount end as refunded_net_amount,
        cast(coalesce(told.disputed_amount, 0) as decimal(18, 4)) as disputed_amount,
        contacts.customer_id,
        coalesce(accounts.created_at > orders.ordered_at + interval 1 day, false) as is_before_account,
        coalesce(accounts.is_deleted and contacts.customer_id is null, false) as is_buyer_deleted,
        case
            when orders.priced_currency = '{{ var("base_currency") }}' then cast(1 as decimal(24, 8))
            else rates.rate
        end as exchange_rate
    from {{ ref('int_orders_classified') }} as orders
    left join told
        on 'order ' || orders.order_id = told.telling_id
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
        {%- for name, amount in {
            'total': 'total_amount', 'tax': of_sign('tax_amount', 'total_amount'),
            'shipping': of_sign('shipping_amount - coalesce(shipping_tax_amount, 0)', 'total_amount'),
            'non_sales': of_sign('non_sales_amount', 'total_amount')
        }.items() %}
        case
            when is_sale or is_correction then {{ amount if name == 'total' else 'coalesce(' ~ amount ~ ', 0)' }}
            else 0
        end as counted_{{ name }},
        {%- endfor %}
        counted_total - counted_tax - counted_shipping - counted_non_sales as earned,
        case when is_sale then abs(refunded_amount) else 0 end as paid_back
    from rated

),

netted as (

    select
        *,
        case
            when sale_state = 'refunded' and is_sale and paid_back is null then earned
            when coalesce(paid_back, 0) = 0 then 0
            when total_amount > 0 and paid_back >= total_amount then earned
            when refunded_net_amount is not null then least(abs(refunded_net_amount), earned)
            when total_amount > 0 then {{ prorated('paid_back', 'earned', 'total_amount') }}
            else paid_back
        end as refund_alone,
        case
            when is_sale and disputed_amount > 0 and total_amount > 0 and earned > refund_alone
                then least(
                    refund_alone + {{ prorated('least(disputed_amount, total_amount)', 'earned', 'total_amount') }},
                    earned
                )
            else refund_alone
        end as counted_refund
    from counted

)

select
    *,
    cast(total_amount * exchange_rate as decimal(18, 4)) as total_value,
    {%- for name, amount in {
        'gross': 'total', 'tax': 'tax', 'shipping': 'shipping', 'non_sales': 'non_sales', 'refunded': 'refund'
    }.items() %}
    cast(counted_{{ amount }} * exchange_rate as decimal(18, 4)) as {{ name }}_revenue,
    {%- endfor %}
    cast(case when is_sale then disputed_amount * exchange_rate else 0 end as decimal(18, 4)) as disputed_revenue,
    cast(coalesce(paid_back, 0) * exchange_rate as decimal(18, 4)) as repaid_revenue,
    cast(gross_revenue - tax_revenue - shipping_revenue - non_sales_revenue - refunded_revenue as decimal(18, 4))
        as net_revenue
from netted
