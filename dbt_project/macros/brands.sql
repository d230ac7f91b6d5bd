{#- What customers know a source as: the brand that crm360.toml gives it (var `brands`: source → brand), else its own name. -#}
{% macro brand_of(source) -%}
    {%- set told = var('brands', {}) -%}
    {%- if told -%}
        case {{ source }}
            {%- for name, brand in told.items() %}
            when {{ crm360.quoted(name) }} then {{ crm360.quoted(brand) }}
            {%- endfor %}
            else {{ source }}
        end
    {%- else -%}
        {{ source }}
    {%- endif -%}
{%- endmacro %}
