-- One row per record that is judged in this run, or was one customer with such a one: whose it was, and whether it has changed since.
{{ config(materialized='view') }}
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

members as (

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
    inner join members
        on
            ledger.source = members.source
            and ledger.source_id = members.source_id
    group by ledger.source, ledger.source_id

),

last_written as (

    select max(assigned_at) as written_at from ledger

)

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
