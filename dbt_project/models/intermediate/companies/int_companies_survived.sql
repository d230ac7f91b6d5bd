{#- An address wins as a whole, so that no company stands in two places. -#}
{%- set groups = {
    'name': ['name'], 'domain': ['domain'], 'industry': ['industry'], 'size': ['size'], 'revenue': ['revenue'],
    'place': ['street', 'postal_code', 'city', 'country'], 'phone': ['phone']
} -%}
with winners as (

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
    from {{ ref('int_companies_ranked') }}
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
