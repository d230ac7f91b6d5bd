-- One row per statement and customer who is bound by it: what was said, by which field of which source, about which
-- list, and whether a later word on the same list has lifted it. A refusal is lifted only by an opt-in whose own time
-- is told and is later, on the same list: a word on another list, or of another source, lifts nothing. A statement of
-- nobody known has no customer; its address counts all the same.
with

stated as (

    select * from {{ ref('int_consents_stated') }}

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

),

-- An address refuses for whoever has it, where no record of its own says whose it is.
owners as (

    select distinct
        customer_id,
        {{ reached_at('email', 'email') }} as email
    from {{ ref('int_records_ranked') }}
    where email is not null

),

owned as (

    select
        stated.*,
        coalesce(contacts.customer_id, owners.customer_id) as customer_id
    from stated
    left join contacts
        on stated.contact_id = contacts.contact_id
    left join owners
        on
            stated.email = owners.email
            and contacts.customer_id is null

),

judged as (

    select
        *,
        coalesce(list_id, source) as list_key,
        max(case when is_given and is_time_stated then stated_at end) over (
            partition by coalesce(customer_id, email, contact_id), channel, coalesce(list_id, source)
        ) as last_opt_in_at
    from owned

)

select
    customer_id,
    channel,
    list_key,
    list_id,
    source,
    contact_id,
    email,
    field,
    is_given,
    stated_at,
    is_time_stated,
    coalesce(not is_given and last_opt_in_at > stated_at, false) as is_lifted
from judged
