{{ config(materialized='incremental', incremental_strategy='of_rescored', unique_key='record_number') }}
with described as (

    select worded.*
    from {{ ref('int_comparison_fields') }} as worded
    inner join {{ ref('int_records_to_rescore') }} as contacts
        on worded.record_number = contacts.record_number

),

terms as (

    select * from {{ ref('int_term_frequencies') }}

),

-- Who is only near a record that is read has other values, too.
held as (

    {{ current_rows('int_contact_term_frequencies', term_frequency_columns()) }}

)

select
    described.*,
    {%- for field in usual_shares() %}
    coalesce(
        count_by_{{ field }}.rarity, held.{{ field }}_rarity, {{ rarity_of('0', field, 'standing.count_learnt_of') }}
    ) as {{ field }}_rarity,
    {%- endfor %}
    {%- for name in ['first', 'last'] %}
    {%- for heard in ['sound', 'bones'] %}
    case
        when described.{{ name }}_sounds is null then nullif(crm360_{{ heard }}(described.{{ name }}_name), '')
    end as {{ name }}_{{ heard }},
    {%- endfor %}
    {%- endfor %}
    {%- for heard in ['sound', 'bones'] %}
    case when described.city_sounds is null then nullif(crm360_{{ heard }}(described.city), '') end as city_{{ heard }},
    {%- endfor %}
    coalesce(namesakes.rarity, held.name_kinship, 0) as name_kinship,
    coalesce(namesakes.count_of_namesakes, held.count_of_namesakes) as count_of_namesakes,
    coalesce(namesakes.count_of_all_namesakes, held.count_of_all_namesakes) as count_of_all_namesakes
from described
cross join {{ ref('int_identity_run') }} as standing
left join held
    on described.record_number = held.record_number
{%- for field in usual_shares() %}
left join terms as count_by_{{ field }}
    on
        count_by_{{ field }}.field = '{{ field }}'
        and described.{{ counted_column(field) }} = count_by_{{ field }}.value
{%- endfor %}
left join terms as namesakes
    on
        namesakes.field = 'namesakes'
        and described.source = namesakes.source
        and described.first_name || ' ' || described.last_name = namesakes.value
