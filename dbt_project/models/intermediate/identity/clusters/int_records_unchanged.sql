-- Of whom nothing has changed, nobody moves: neither when all is read anew, nor with other weights, nor by other rules.
-- A record that was changed after the ledger was last written is judged anew, with those who were one customer with it.
with near as (

    select identities.*
    from {{ ref('int_contacts_standardized') }} as identities
    inner join {{ ref('int_records_to_relink') }} as near
        on identities.record_number = near.record_number

),

ledger as (

    select
        source,
        source_id,
        customer_id,
        version,
        assigned_at
    from {{ source('ledger', 'customer_ids') }}

),

-- Whoever was one customer with a record that is judged; an id that a record had before counts no more.
customers as (

    select ledger.customer_id
    from ledger
    inner join near
        on
            ledger.source = near.source
            and ledger.source_id = near.source_id
    group by ledger.customer_id

),

ledger_members as (

    select distinct
        ledger.source,
        ledger.source_id
    from ledger
    inner join customers
        on ledger.customer_id = customers.customer_id

),

records as (

    select
        ledger.source,
        ledger.source_id,
        max_by(ledger.customer_id, ledger.version) filter (where ledger.customer_id is not null) as customer_id
    from ledger
    inner join ledger_members
        on
            ledger.source = ledger_members.source
            and ledger.source_id = ledger_members.source_id
    group by ledger.source, ledger.source_id

),

last_written as (

    select max(assigned_at) as written_at from ledger

),

-- Who is judged in this run, or was one customer with such a one: whose it was, and whether it has changed since.
members as (

    select
        identities.record_number,
        identities.contact_id,
        identities.is_active,
        records.customer_id,
        coalesce(contacts.updated_at <= last_written.written_at, false) as is_unchanged
    from records
    cross join last_written
    inner join {{ ref('int_contacts_standardized') }} as identities
        on
            records.source = identities.source
            and records.source_id = identities.source_id
    inner join {{ ref('int_contacts_unioned') }} as contacts
        on identities.contact_id = contacts.contact_id

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
