select
    companies.company_id,
    min(companies.company_id) over (
        partition by coalesce(grouped.group_number, -companies.record_number)
    ) as cluster_id
from {{ ref('int_companies_keyed') }} as companies
left join {{ ref('int_companies_grouped') }} as grouped
    on companies.record_number = grouped.record_number
