{#- Whether marketing is agreed to: yes once subscribed, no once unsubscribed or erased. Who never subscribed
    (NOT_SUBSCRIBED), or has not confirmed yet (PENDING), has said nothing. -#}
{% macro shopify_consent(state) -%}
    case upper({{ crm360.nullif_blank(state) }})
        when 'SUBSCRIBED' then true
        when 'UNSUBSCRIBED' then false
        when 'REDACTED' then false
    end
{%- endmacro %}

{#- An amount of a money bag in the shop's currency. -#}
{% macro shop_money(name) -%}r.{{ name }}.shopMoney.amount{%- endmacro %}

{#- The same, below an element of an array. -#}
{% macro shop_money_of(name) -%}{{ name }}.shopMoney.amount{%- endmacro %}
