{#- Odoo says false where nothing is. -#}
{% macro odoo_text(field) -%}nullif({{ crm360.nullif_blank(field) }}, 'false'){%- endmacro %}

{#- Of a reference, [id, name]: the id in all sources, or the name. -#}
{% macro odoo_id(reference) -%}{{ crm360.global_id(crm360.first_of(reference)) }}{%- endmacro %}
{% macro odoo_name(reference) -%}{{ crm360.nullif_blank(crm360.second_of(reference)) }}{%- endmacro %}
