select
    assigned.account_id,
    companies.company_id,
    companies.source,
    companies.name,
    companies.domain,
    companies.industry,
    companies.size,
    companies.revenue,
    companies.street,
    companies.postal_code,
    companies.city,
    coalesce(keyed.country_code, companies.country) as country,
    companies.phone,
    companies.created_at,
    companies.updated_at,
    cast(
        row_number() over (
            partition by assigned.account_id
            order by
                {{ source_rank('companies.source') }} nulls last,
                companies.source nulls last,
                companies.updated_at desc nulls last,
                companies.company_id nulls last
        ) as bigint
    ) as preference
from {{ ref('int_companies_unioned') }} as companies
inner join {{ ref('int_companies_keyed') }} as keyed
    on companies.company_id = keyed.company_id
inner join {{ ref('int_companies_assigned') }} as assigned
    on companies.company_id = assigned.company_id
where keyed.is_active
