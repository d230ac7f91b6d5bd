with assigned as (

    select
        keyed.record_number,
        keyed.company_id,
        assigned.account_id
    from {{ ref('int_companies_keyed') }} as keyed
    inner join {{ ref('int_companies_assigned') }} as assigned
        on keyed.company_id = assigned.company_id

),

-- A link that the guard refused, or that was joined to another company, explains nothing.
links as (

    select
        linked.*,
        a.company_id as company_id_a,
        b.company_id as company_id_b
    from {{ ref('int_companies_linked') }} as linked
    inner join assigned as a
        on linked.number_a = a.record_number
    inner join assigned as b
        on
            linked.number_b = b.record_number
            and a.account_id = b.account_id

),

ends as (

    select
        company_id_a as company_id,
        company_id_b as linked_company_id,
        rule,
        evidence,
        rank
    from links
    union all
    select
        company_id_b as company_id,
        company_id_a as linked_company_id,
        rule,
        evidence,
        rank
    from links

)

select
    company_id,
    linked_company_id,
    rule,
    evidence
from ends
qualify row_number() over (partition by company_id order by rank nulls last, linked_company_id nulls last) = 1
