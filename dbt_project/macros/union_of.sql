{#-
    Brings all models that declare an entity (`config: {meta: {entity: …}}` beside their columns) to its shape: what a model
    has not is null there. Where sums are made of an entity, `holds_back` keeps out the records with an unreadable value;
    otherwise the value is null (macros/quarantine.sql). Either way int_records_unparseable lists them. The macro `registry` is
    made from those declarations (orchestration/catalog/registry.py) when a run assembles the project.
-#}
{% macro union_of(entity, id, holds_back=false) -%}
    {%- set columns = crm360.columns_of(entity, id) -%}
    {%- set models = crm360.registry().entities[entity] -%}
    {%- if not models %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
    {%- for model, there in models.items() %}
    select
        {%- for column, type in columns.items() %}
        cast({{ column if column in there else 'null' }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(model) }}
    {%- if 'parse_errors' in there and (var('limits', {}) or holds_back) %}
    where not {{ crm360.is_quarantined(model, holds_back) }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The ids of the records that union_of(…, holds_back=true) keeps out. -#}
{% macro held_back_of(entity, id) -%}
    {%- for model, there in crm360.registry().entities[entity].items() if 'parse_errors' in there %}
    select {{ id }} from {{ ref(model) }}
    where {{ crm360.is_quarantined(model, true) }}
    union all
    {%- endfor %}
    select cast(null as string) as {{ id }}
    where false
{%- endmacro %}
