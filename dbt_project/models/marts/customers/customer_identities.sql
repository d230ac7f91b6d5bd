-- One row per person record of a source and period in which it belonged to a customer, with why it does. Of who is gone
-- from every source no name or address stands here.
with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

resolved as (

    select * from {{ ref('int_contacts_resolved') }}

),

reasons as (

    select * from {{ ref('int_links_explained') }}

),

periods as (

    select * from {{ ref('int_customer_id_history') }}

),

-- Today's customer, of which there is none for a record whose customer is gone; and those of before.
memberships as (

    select
        contacts.contact_id,
        resolved.customer_id,
        periods.valid_from,
        cast(null as timestamp) as valid_to
    from contacts
    left join resolved
        on contacts.contact_id = resolved.contact_id
    left join periods
        on
            contacts.contact_id = periods.contact_id
            and periods.valid_to is null
    union all
    select
        contact_id,
        customer_id,
        valid_from,
        valid_to
    from periods
    where valid_to is not null

)

select
    contacts.contact_id,
    memberships.customer_id,
    memberships.valid_from,
    memberships.valid_to,
    contacts.source,
    {{ brand_of('contacts.source') }} as brand,
    contacts.source_id,
    contacts.is_deleted,
    contacts.merged_into,
    {%- for field in ['full_name', 'email', 'phone'] %}
    case when resolved.customer_id is not null then contacts.{{ field }} end as {{ field }},
    {%- endfor %}
    contacts.created_at,
    contacts.updated_at,
    memberships.valid_to is null and not contacts.is_deleted and contacts.merged_into is null as is_current,
    case
        when memberships.valid_to is not null then 'was until then'
        when memberships.customer_id is null then 'no customer'
        when reasons.rule is not null then reasons.rule
        when contacts.is_deleted then 'id ledger'
        else 'only record'
    end as rule,
    {%- for column in ['evidence', 'linked_contact_id', 'match_weight', 'match_threshold'] %}
    case when memberships.valid_to is null then reasons.{{ column }} end as {{ column }},
    {%- endfor %}
    case when memberships.valid_to is null then reasons.match_weight_steps end as match_weight_steps
from memberships
inner join contacts
    on memberships.contact_id = contacts.contact_id
left join resolved
    on memberships.contact_id = resolved.contact_id
left join reasons
    on memberships.contact_id = reasons.contact_id
