{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
{#- What a value's share is taken to be before any record is seen: as in a thousand records of a large population. -#}
{%- set usual_share = {
    'first_name': 0.003, 'last_name': 0.001, 'birth_date': 0.00005, 'email': 0.00001, 'phone': 0.00001,
    'street': 0.00005, 'postal_code': 0.0005, 'city': 0.005, 'company': 0.001, 'job': 0.005, 'person_number': 0.00001
} -%}
with described as (

    select worded.*
    from {{ ref('int_comparison_fields') }} as worded
    inner join {{ ref('int_contacts_changed') }} as contacts
        on worded.record_number = contacts.record_number

),

total as (

    select count(*) as count_of_records from {{ ref('int_comparison_fields') }}

),

-- Counted by value and joined: windows would sort every column of every record once a field.
{%- for field in usual_share %}

count_by_{{ field }} as (

    select
        {{ field }},
        count(*) as count_of_records
    from {{ ref('int_comparison_fields') }}
    where {{ field }} in (select described.{{ field }} from described)
    group by {{ field }}

),
{%- endfor %}

namesakes as (

    select
        source,
        first_name,
        last_name,
        count(*) as count_of_namesakes,
        sum(count(*)) over (partition by first_name, last_name) as count_of_all_namesakes
    from {{ ref('int_comparison_fields') }}
    where first_name || ' ' || last_name in (select described.first_name || ' ' || described.last_name from described)
    group by source, first_name, last_name

)

select
    described.*,
    {%- for field, share in usual_share.items() %}
    cast(-log2(greatest({{ 0.00004 if field == 'birth_date' else 0 }},
        (greatest(coalesce(count_by_{{ field }}.count_of_records, 0) - 2, 0) + {{ 1000 * share }}) / (total.count_of_records + 1000.0)
    )) as float) as {{ field }}_rarity,
    {%- endfor %}
    {%- for name in ['first', 'last'] %}
    case when described.{{ name }}_sounds is null then {{ name }}_heard.sound end as {{ name }}_sound,
    case when described.{{ name }}_sounds is null then {{ name }}_heard.bones end as {{ name }}_bones,
    {{ name }}_heard.frames as {{ name }}_frames,
    {%- endfor %}
    coalesce(nicknames.full_form, described.first_name) as full_first_name,
    coalesce(last_nicknames.full_form, described.last_name) as full_last_name,
    nicknames.full_forms as first_name_forms,
    cast(least(greatest(coalesce(akin.name_pmi, 0), 0), 4) as float) as name_kinship,
    namesakes.count_of_namesakes,
    cast(namesakes.count_of_all_namesakes as bigint) as count_of_all_namesakes
from described
cross join total
{%- for field in usual_share %}
left join count_by_{{ field }}
    on described.{{ field }} = count_by_{{ field }}.{{ field }}
{%- endfor %}
left join namesakes
    on
        described.source = namesakes.source
        and described.first_name = namesakes.first_name
        and described.last_name = namesakes.last_name
{%- for name in ['first', 'last'] %}
left join {{ ref('int_names_heard') }} as {{ name }}_heard
    on coalesce(described.{{ name }}_sounds, described.{{ name }}_name) = {{ name }}_heard.name
{%- endfor %}
left join {{ ref('int_nicknames') }} as nicknames
    on described.first_name = nicknames.nickname
left join {{ ref('int_nicknames') }} as last_nicknames
    on described.last_name = last_nicknames.nickname
left join {{ ref('int_name_correlations') }} as akin
    on
        described.first_name = akin.first_name
        and described.last_name = akin.last_name
