-- One row per person record of a source, with the customer it belongs to and why.
with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

resolved as (

    select * from {{ ref('int_contacts_resolved') }}

),

-- A link that the guard refused, or that was joined to another customer, explains nothing.
links as (

    select linked.*
    from {{ ref('int_identities_linked') }} as linked
    inner join resolved as a
        on linked.contact_id_a = a.contact_id
    inner join resolved as b
        on
            linked.contact_id_b = b.contact_id
            and a.customer_id = b.customer_id

),

ends as (

    select
        contact_id_a as contact_id,
        contact_id_b as linked_contact_id,
        rule,
        evidence
    from links
    union all
    select
        contact_id_b as contact_id,
        contact_id_a as linked_contact_id,
        rule,
        evidence
    from links

),

reasons as (

    select * from ends
    qualify row_number() over (
        partition by contact_id
        order by
            case rule when 'decision' then 0 when 'source merge' then 1 when 'alike' then 3 else 2 end,
            linked_contact_id,
            rule
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
