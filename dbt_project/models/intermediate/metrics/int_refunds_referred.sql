-- One row per refund or dispute that a payment provider tells of an order of another system: by the number that it has
-- of it, if buyer or address are the same there too, and no second order is meant as well.
with

paid_back as (

    select
        payments.payment_id,
        payments.source,
        payments.customer_id,
        lower(told.email) as email,
        {{ bare_reference('told.order_reference') }} as reference
    from {{ ref('payments') }} as payments
    inner join {{ ref('int_payments_unioned') }} as told
        on payments.payment_id = told.payment_id
    where
        payments.amount < 0
        and payments.order_id is null

),

orders as (

    select
        orders.order_id,
        orders.source,
        contacts.customer_id,
        lower(orders.email) as email,
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

)

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
            or paid_back.email = orders.email
        )
group by paid_back.payment_id
having count(distinct orders.order_id) = 1
