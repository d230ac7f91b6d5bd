{#- The schema is the layer, with no prefix: Dagster's keys are then staging/…, intermediate/…, marts/…. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
