{#-
    Brings staging models to one entity's shape, `columns` (column → type). `models` maps each staging model to the columns
    that it {'lacks': […]}, or to the only ones it {'has': […]} beyond id, source and times; the others are null there.
    Where sums are made of an entity, `holds_back` keeps out the records with an unreadable value; otherwise the value is
    null (macros/quarantine.sql). Either way int_records_unread lists them.
-#}
{% macro union_shaped(columns, models, holds_back=false) -%}
    {%- for model, given in models.items() %}
    select
        {%- for column, type in columns.items() %}
        {%- set lacking = column in given.lacks if 'lacks' in given else loop.index > 6 and column not in given.has %}
        cast({{ 'null' if lacking else column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(model) }}
    {%- if var('limits', {}) or holds_back %}
    where not {{ crm360.is_quarantined(model, holds_back) }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
