-- Of whom nothing has changed, nobody moves: neither when all is read anew, nor with other weights, nor by other rules.
-- A record that was changed after the ledger was last written is judged anew, with those who were one customer with it.
with ledger as (

    select * from {{ source('ledger', 'customer_ids') }}

),

-- Whoever was one customer with a record that is judged; an id that a record had before counts no more.
members as (

    select distinct
        ledger.source,
        ledger.source_id
    from ledger
    where ledger.customer_id in (
        select of_near.customer_id
        from ledger as of_near
        inner join {{ ref('int_contacts_standardized') }} as identities
            on
                of_near.source = identities.source
                and of_near.source_id = identities.source_id
        inner join {{ ref('int_records_to_relink') }} as near
            on identities.record_number = near.record_number
    )

),

-- Whose each of them was when the ledger was last written …
owned as (

    select
        ledger.source,
        ledger.source_id,
        max_by(ledger.customer_id, ledger.version) filter (where ledger.customer_id is not null) as customer_id
    from ledger
    inner join members
        on
            ledger.source = members.source
            and ledger.source_id = members.source_id
    group by ledger.source, ledger.source_id

),

last_written as (

    select max(assigned_at) as written_at from ledger

),

-- … and whether nobody of the customer has changed since.
remembered as (

    select
        identities.record_number,
        identities.contact_id,
        identities.is_active,
        owned.customer_id,
        bool_and(coalesce(contacts.updated_at <= last_written.written_at, false)) over (
            partition by owned.customer_id
        ) as is_unchanged
    from owned
    cross join last_written
    inner join {{ ref('int_contacts_standardized') }} as identities
        on
            owned.source = identities.source
            and owned.source_id = identities.source_id
    inner join {{ ref('int_contacts_unioned') }} as contacts
        on identities.contact_id = contacts.contact_id

),

-- Two records that a person has told apart were one customer until then: what the others are is open.
divided as (

    select a.customer_id
    from {{ ref('int_decisions_numbered') }} as decisions
    inner join remembered as a
        on decisions.number_a = a.record_number
    inner join remembered as b
        on
            decisions.number_b = b.record_number
            and a.customer_id = b.customer_id
    where decisions.decision = 'cannot-link'

)

select
    record_number,
    contact_id,
    customer_id,
    min(contact_id) over (partition by customer_id) as first_contact_id
from remembered
where
    is_active
    and is_unchanged
    and customer_id not in (select divided.customer_id from divided)
