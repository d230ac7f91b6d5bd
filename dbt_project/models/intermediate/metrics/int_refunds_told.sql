-- One row per record and refund or lost dispute of it that a source tells by itself, up to as_of: what it took back, tax
-- and shipping included, in the currency of the record. An order may state the day of its refund, if no payment tells of
-- one. A payment provider tells of another system's order by its number, if buyer or address are the same: its refunds count
-- where they are more than what the order's own system tells, and are the same ones told again where they are not.
with

paid_back as (

    select
        payments.*,
        -payments.amount as paid_amount,
        -payments.value_amount as paid_value,
        lower(told.email) as email,
        {{ bare_reference('told.order_reference') }} as reference
    from {{ ref('payments') }} as payments
    inner join {{ ref('int_payments_unioned') }} as told
        on payments.payment_id = told.payment_id
    where payments.amount < 0

),

orders as (

    select
        orders.*,
        contacts.customer_id,
        {{ bare_reference('orders.name') }} as reference
    from {{ ref('int_orders_classified') }} as orders
    left join {{ ref('int_contacts_resolved') }} as contacts
        on orders.contact_id = contacts.contact_id

),

addresses as (

    select distinct
        customer_id,
        {{ reached_at('email', 'email') }} as email
    from {{ ref('int_records_ranked') }}
    where email is not null

),

referred as (

    select
        paid_back.payment_id,
        min(orders.order_id) as order_id
    from paid_back
    left join addresses
        on paid_back.email = addresses.email
    inner join orders
        on
            paid_back.reference = orders.reference
            and paid_back.source <> orders.source
            and (
                paid_back.customer_id = orders.customer_id
                or addresses.customer_id = orders.customer_id
                or paid_back.email = lower(orders.email)
            )
    where paid_back.order_id is null
    group by paid_back.payment_id
    having count(distinct orders.order_id) = 1

),

records as (

    select
        'order ' || order_id as telling_id,
        priced_currency as currency,
        ordered_at as happened_at,
        coalesce(abs(refunded_amount), 0) as stated_amount
    from orders
    union all
    select
        'invoice ' || invoice_id as telling_id,
        known_currency as currency,
        issued_at as happened_at,
        0 as stated_amount
    from {{ ref('int_invoices_balanced') }}

),

stated as (

    {% for kind, id in {'order': 'paid_back.order_id', 'invoice': 'paid_back.invoice_id', 'foreign': 'referred.order_id'}.items() -%}
    select
        '{{ 'order' if kind == 'foreign' else kind }} ' || {{ id }} as telling_id,
        paid_back.payment_id,
        paid_back.kind,
        {{ kind == 'foreign' }} as is_foreign,
        paid_back.paid_at,
        paid_back.currency,
        paid_back.paid_amount,
        paid_back.paid_value,
        paid_back.net_amount
    from paid_back
    {%- if kind == 'foreign' %}
    inner join referred
        on paid_back.payment_id = referred.payment_id
    {%- else %}
    where {{ id }} is not null
    {%- endif %}
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
    from orders
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
            else cast(stated.paid_value / {{ rate_of('records.currency', 'rates.rate') }} as decimal(18, 4))
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
        {%- for name, condition in {'own': 'not is_foreign', 'foreign': 'is_foreign'}.items() %}
        coalesce(sum(case when {{ condition }} and not is_dispute then refunded_amount end) over (partition by telling_id), 0)
            as {{ name }}_amount{{ ',' if not loop.last }}
        {%- endfor %}
    from valued

)

select
    * except (stated_amount, own_amount, foreign_amount),
    not is_dispute
    and is_foreign <> ({{ told_more('foreign_amount', 'greatest(own_amount, stated_amount)') }} > 0) as is_repeated
from summed
