{#- Buyers without an account, of any shop. -#}

{#- A guest's id: buyers without an account are known by their e-mail alone. Null without an e-mail. -#}
{% macro guest_id(email) -%}
    'guest-' || md5(lower({{ nullif_blank(email) }}))
{%- endmacro %}

{#- The orders of a shop's guests that count: those that are gone or held back make nobody. -#}
{% macro orders_of_guests(model) -%}
    select * from {{ ref(model) }}
    where
        is_guest
        and not is_deleted
        and not {{ crm360.is_quarantined(model, true) }}
{%- endmacro %}
