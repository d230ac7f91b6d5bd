{#- Whether marketing is agreed to: yes once subscribed, no if not or no more, null while pending or invalid. -#}
{% macro shopify_consent(state) -%}
    case {{ state }}
        when 'SUBSCRIBED' then true
        when 'NOT_SUBSCRIBED' then false
        when 'UNSUBSCRIBED' then false
        when 'REDACTED' then false
    end
{%- endmacro %}

{#- A guest's id: buyers without an account are known by their e-mail alone. Null without an e-mail. -#}
{% macro guest_id(email) -%}
    'guest-' || md5(lower({{ filled(email) }}))
{%- endmacro %}

{#- An amount of a money bag in the shop's currency. -#}
{% macro shop_money(name) -%}r.{{ name }}.shopMoney.amount{%- endmacro %}
