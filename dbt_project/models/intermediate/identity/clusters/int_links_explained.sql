{{ config(materialized='incremental', incremental_strategy='of_regrouped', unique_key='contact_id') }}
with resolved as (

    -- Links lead nowhere but to records that were grouped with these.
    select
        assigned.contact_id,
        assigned.customer_id
    from {{ ref('int_customer_ids_assigned') }} as assigned
    inner join {{ ref('int_clusters_affected') }} as regrouped
        on assigned.contact_id = regrouped.contact_id

),

-- A link that the guard refused, or that was joined to another customer, explains nothing.
links as (

    select linked.*
    from {{ ref('int_links') }} as linked
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
            case rule
                when 'decision' then 0
                when 'source merge' then 1
                when 'alike' then 3
                when 'held' then 4
                else 2
            end nulls last,
            linked_contact_id nulls last,
            rule nulls last
    ) = 1

)

select
    contact_id,
    linked_contact_id,
    rule,
    evidence
from reasons
