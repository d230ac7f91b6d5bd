-- One row per record and refund or lost dispute of it that a source tells by itself, up to as_of: what it took back,
-- tax and shipping included, in the currency of the record. An order may state the day of its refund, if no payment
-- tells of one. What a payment provider tells of another system's order counts where it is more than what the order's
-- own system tells, and is the same told again where it is not.
with

{{ refunds_paid() }},

records as (

    select
        'order ' || order_id as telling_id,
        priced_currency as currency,
        ordered_at as happened_at,
        coalesce(abs(refunded_amount), 0) as stated_amount
    from {{ ref('int_orders_classified') }}
    union all
    select
        'invoice ' || invoice_id as telling_id,
        coalesce(currency, '{{ var("base_currency") }}') as currency,
        issued_at as happened_at,
        0 as stated_amount
    from {{ ref('int_invoices_unioned') }}
    where
        not is_deleted
        and not {{ is_future('coalesce(issued_at, created_at)') }}

),

stated as (

    {% for kind, id in {
        'order': 'told.order_id', 'invoice': 'told.invoice_id', 'foreign': 'referred.order_id'
    }.items() -%}
    select
        '{{ 'order' if kind == 'foreign' else kind }} ' || {{ id }} as telling_id,
        told.payment_id,
        told.kind,
        {{ kind == 'foreign' }} as is_foreign,
        told.paid_at,
        told.currency,
        told.paid_amount,
        told.paid_value,
        told.net_amount
    from paid_back as told
    {{ "inner join referred on told.payment_id = referred.payment_id" if kind == 'foreign' }}
    where {{ id }} is not null
    union all
    {% endfor -%}
    select
        'order ' || order_id as telling_id,
        order_id as payment_id,
        'refund' as kind,
        false as is_foreign,
        refunded_at as paid_at,
        priced_currency as currency,
        refunded_amount as paid_amount,
        null as paid_value,
        refunded_net_amount as net_amount
    from {{ ref('int_orders_classified') }}
    where
        refunded_amount > 0
        and refunded_at is not null
        and not {{ is_future('refunded_at') }}
        and order_id not in (
            select paid_back.order_id from paid_back
            where paid_back.order_id is not null
        )

),

valued as (

    select
        stated.telling_id,
        stated.payment_id,
        stated.paid_at as refunded_at,
        records.currency,
        records.stated_amount,
        stated.is_foreign,
        stated.kind = 'dispute' as is_dispute,
        case
            when stated.currency = records.currency then stated.paid_amount
            else {{ quotient('stated.paid_value', rate_of('records.currency', 'rates.rate')) }}
        end as refunded_amount,
        case when stated.currency = records.currency then abs(stated.net_amount) end as refunded_net_amount
    from stated
    inner join records
        on stated.telling_id = records.telling_id
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on
            records.currency = rates.currency
            and cast(records.happened_at as date) = rates.rate_date

),

summed as (

    select
        *,
        coalesce(sum(
            case when not is_foreign and not is_dispute then refunded_amount end
        ) over (partition by telling_id), 0) as own_amount,
        coalesce(sum(
            case when is_foreign and not is_dispute then refunded_amount end
        ) over (partition by telling_id), 0) as foreign_amount
    from valued

)

select
    * {{ without('stated_amount, own_amount, foreign_amount') }},
    not is_dispute
    and is_foreign <> ({{ told_more('foreign_amount', 'greatest(own_amount, stated_amount)') }} > 0) as is_repeated
from summed
