-- Of whom nothing has changed, nobody moves: neither when all is read anew, nor with other weights, nor by other rules.
-- A record that was changed after the ledger was last written is judged anew, with those who were one customer with it.
with members as (

    select * from {{ ref('int_records_remembered') }}

),

-- Two records that a person has told apart were one customer until then: what the others are is open.
divided as (

    select a.customer_id
    from {{ ref('int_decisions_numbered') }} as decisions
    inner join members as a
        on decisions.number_a = a.record_number
    inner join members as b
        on
            decisions.number_b = b.record_number
            and a.customer_id = b.customer_id
    where decisions.decision = 'cannot-link'

),

customers_judged as (

    select
        *,
        bool_and(is_unchanged) over (partition by customer_id) as is_unchanged_customer
    from members

)

select
    record_number,
    contact_id,
    customer_id,
    min(contact_id) over (partition by customer_id) as first_contact_id
from customers_judged
where
    is_active
    and is_unchanged_customer
    and customer_id not in (select divided.customer_id from divided)
