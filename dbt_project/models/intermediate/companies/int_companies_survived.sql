{#- City and country win together, so that no company stands in two places. -#}
{%- set groups = {
    'name': ['name'], 'domain': ['domain'], 'industry': ['industry'], 'size': ['size'], 'revenue': ['revenue'],
    'place': ['city', 'country']
} -%}
with ranked as (

    select
        assigned.account_id,
        companies.company_id,
        companies.source,
        companies.name,
        companies.domain,
        companies.industry,
        companies.size,
        companies.revenue,
        companies.city,
        coalesce(keyed.country_code, companies.country) as country,
        companies.created_at,
        companies.updated_at,
        row_number() over (
            partition by assigned.account_id
            order by
                {{ source_rank('companies.source') }},
                companies.source,
                companies.updated_at desc nulls last,
                companies.company_id
        ) as preference
    from {{ ref('int_companies_unioned') }} as companies
    inner join {{ ref('int_companies_keyed') }} as keyed
        on companies.company_id = keyed.company_id
    inner join {{ ref('int_companies_assigned') }} as assigned
        on companies.company_id = assigned.company_id
    where keyed.is_active

),

winners as (

    select
        account_id,
        {%- for group, fields in groups.items() %}
        min_by({{ packed(fields + ['source']) }}, preference)
        filter (where coalesce({{ as_texts(fields) }}) is not null) as {{ group }}_won,
        {%- endfor %}
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        count(*) as count_of_records,
        count(distinct source) as count_of_sources
    from ranked
    group by account_id

)

select
    account_id,
    {%- for group, fields in groups.items() %}
    {%- for field in fields %}
    {{ group }}_won.{{ field }} as {{ field }},
    {%- endfor %}
    {{ group }}_won.source as {{ group }}_source,
    {%- endfor %}
    created_at,
    updated_at,
    count_of_records,
    count_of_sources
from winners
