with companies as (

    select
        *,
        {{ site_domain('domain') }} as site
    from {{ ref('int_companies_unioned') }}

),

countries as (

    {{ countries_by_name() }}

)

select
    row_number() over (order by companies.company_id) as record_number,
    companies.company_id,
    companies.source,
    companies.source_id,
    not companies.is_deleted and companies.merged_into is null as is_active,
    companies.merged_into,
    {{ name_key('named.bare_name') }} as name_key,
    owned.owned_domain as domain_key,
    {{ words_key('companies.city') }} as city_key,
    countries.country_code
from companies
left join {{ ref('int_companies_named') }} as named
    on companies.name = named.name
left join {{ ref('int_domains_owned') }} as owned
    on companies.site = owned.domain
left join countries
    on lower(companies.country) = countries.country_name
