{%- set is_none = 'named.name_key in (' ~ no_company_names() ~ ')' -%}
{%- set is_foreign = 'companies.site is not null and ' ~ is_no_own_site('companies.owned_domain') -%}
with companies as (

    select
        *,
        {{ site_domain('domain') }} as site,
        crm360_owned_domain({{ site_domain('domain') }}) as owned_domain
    from {{ ref('int_companies_unioned') }}

),

named as (

    select
        name,
        {{ name_key('bare_name') }} as name_key
    from {{ ref('int_companies_named') }}

),

countries as (

    {{ countries_by_name() }}

)

select
    cast(row_number() over (order by companies.company_id nulls last) as bigint) as record_number,
    companies.company_id,
    companies.source,
    companies.source_id,
    not companies.is_deleted and companies.merged_into is null as is_active,
    companies.merged_into,
    case when not {{ is_none }} then named.name_key end as name_key,
    case when not ({{ is_foreign }}) then companies.owned_domain end as domain_key,
    coalesce({{ is_none }}, false) as has_no_own_name,
    {{ is_foreign }} as has_no_own_site,
    {{ words_key('companies.city') }} as city_key,
    {{ words_key('companies.postal_code') }} as postal_key,
    {{ address_key('companies.postal_code', 'companies.street') }} as address_key,
    {{ phone_ending('companies.phone') }} as phone_key,
    countries.country_code
from companies
left join named
    on companies.name = named.name
left join countries
    on {{ country_key('companies.country') }} = countries.country_name
