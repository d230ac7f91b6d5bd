{#- Odoo says false where nothing is. -#}
{% macro odoo_text(field) -%}nullif({{ crm360.nullif_blank(field) }}, 'false'){%- endmacro %}

{#- Of a reference, [id, name]: the id in all sources, or the name. -#}
{% macro odoo_id(reference) -%}{{ crm360.global_id(crm360.first_of(reference)) }}{%- endmacro %}
{% macro odoo_name(reference) -%}{{ crm360.nullif_blank(crm360.second_of(reference)) }}{%- endmacro %}

{#- The rows of `renamed`, whose partner_id is a person or a company: Odoo keeps both in one list, and the partner's own flag says which. -#}
{% macro odoo_parties() -%}
select
    renamed.* except (partner_id),
    case when companies.company_id is null then renamed.partner_id end as contact_id,
    companies.company_id
from renamed
left join {{ ref('stg_odoo__companies') }} as companies
    on renamed.partner_id = companies.company_id
{%- endmacro %}
