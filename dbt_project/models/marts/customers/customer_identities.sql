-- One row per person record of a source, with the customer it belongs to and why.
with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

resolved as (

    select * from {{ ref('int_contacts_resolved') }}

),

links as (

    select
        contact_id_a as contact_id,
        contact_id_b as linked_contact_id,
        rule,
        evidence
    from {{ ref('int_identities_linked') }}
    union all
    select
        contact_id_b as contact_id,
        contact_id_a as linked_contact_id,
        rule,
        evidence
    from {{ ref('int_identities_linked') }}

),

reasons as (

    select * from links
    qualify row_number() over (
        partition by contact_id
        order by case when rule = 'source merge' then 0 else 1 end, linked_contact_id, rule
    ) = 1

),

judged as (

    select
        contacts.*,
        resolved.customer_id,
        reasons.evidence,
        reasons.linked_contact_id,
        not contacts.is_deleted and contacts.merged_into is null as is_current,
        case
            when resolved.customer_id is null then 'no customer'
            when reasons.rule is not null then reasons.rule
            when contacts.is_deleted then 'id ledger'
            else 'only record'
        end as rule
    from contacts
    left join resolved
        on contacts.contact_id = resolved.contact_id
    left join reasons
        on contacts.contact_id = reasons.contact_id

)

select
    contact_id,
    customer_id,
    source,
    source_id,
    is_current,
    is_deleted,
    merged_into,
    rule,
    evidence,
    linked_contact_id,
    full_name,
    email,
    phone,
    created_at,
    updated_at
from judged
