{#- How rare a value is, by how many records have it: what two records that share it are worth beyond agreeing at all. -#}

{#- What a value's share is taken to be before any record is seen: as in a thousand records of a large population. -#}
{% macro usual_shares() %}
    {% do return({
        'first_name': 0.003, 'last_name': 0.001, 'birth_date': 0.00005, 'email': 0.00001, 'phone': 0.00001,
        'street': 0.00005, 'postal_code': 0.0005, 'city': 0.005, 'company': 0.001, 'job': 0.005, 'person_number': 0.00001
    }) %}
{% endmacro %}

{#- The column whose values are counted: of a birth date, its text. -#}
{% macro counted_column(field) %}{{ 'birth_text' if field == 'birth_date' else field }}{% endmacro %}

{#- Bits of a value that so many records have, of as many as were there when all was read; the two that share it count for
    nothing. No birth date is rarer than one in 25,000. -#}
{% macro rarity_of(count, field) -%}
    cast(-log2(greatest(
        {{ 0.00004 if field == 'birth_date' else 0 }},
        (greatest({{ count }} - 2, 0) + {{ 1000 * crm360.usual_shares()[field] }})
        / ((select standing.count_learnt_of from {{ ref('int_identity_run') }} as standing) + 1000.0)
    )) as float)
{%- endmacro %}

{#- Last names that are worth fewer bits are common: a slip of the pen between two of them says less. -#}
{% macro common_name() %}9{% endmacro %}

{#- The columns of int_contact_term_frequencies that say what was held of the values, with their types. -#}
{% macro term_frequency_columns() %}
    {%- set columns = {
        'record_number': 'bigint', 'source': 'string', 'name_kinship': 'float',
        'count_of_namesakes': 'bigint', 'count_of_all_namesakes': 'bigint'
    } -%}
    {%- for field in crm360.usual_shares() -%}
        {%- do columns.update({crm360.counted_column(field): 'string', field ~ '_rarity': 'float'}) -%}
    {%- endfor -%}
    {% do return(columns) %}
{% endmacro %}
