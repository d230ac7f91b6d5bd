-- One row per company record of a source, with the company that it is and why.
with

links as (

    select
        number_a as record_number,
        number_b as other_number,
        rule,
        evidence
    from {{ ref('int_companies_linked') }}
    union all
    select
        number_b as record_number,
        number_a as other_number,
        rule,
        evidence
    from {{ ref('int_companies_linked') }}

),

reasons as (

    select * from links
    qualify row_number() over (
        partition by record_number
        order by case rule when 'source merge' then 0 when 'same domain' then 1 else 2 end, other_number
    ) = 1

)

select
    companies.company_id,
    assigned.account_id,
    companies.source,
    companies.source_id,
    keyed.is_active as is_current,
    reasons.evidence,
    others.company_id as linked_company_id,
    companies.name,
    companies.domain,
    companies.created_at,
    companies.updated_at,
    coalesce(reasons.rule, 'only record') as rule
from {{ ref('int_companies_unioned') }} as companies
inner join {{ ref('int_companies_keyed') }} as keyed
    on companies.company_id = keyed.company_id
inner join {{ ref('int_companies_assigned') }} as assigned
    on companies.company_id = assigned.company_id
left join reasons
    on keyed.record_number = reasons.record_number
left join {{ ref('int_companies_keyed') }} as others
    on reasons.other_number = others.record_number
