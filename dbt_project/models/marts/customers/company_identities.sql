-- One row per company record of a source, with the company that it is and why.
select
    companies.company_id,
    assigned.account_id,
    companies.source,
    {{ brand_of('companies.source') }} as brand,
    companies.source_id,
    keyed.is_active as is_current,
    reasons.evidence,
    reasons.linked_company_id,
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
left join {{ ref('int_companies_explained') }} as reasons
    on companies.company_id = reasons.company_id
