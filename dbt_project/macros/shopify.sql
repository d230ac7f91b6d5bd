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

{#- What of a refund was goods, without tax and shipping: tax on shipping stands inside its price or on top of it. -#}
{% macro goods_of_refund(refund) -%}
    {{ refund }}.amount - {{ refund }}.line_tax_amount - {{ refund }}.shipping_amount
    - case when {{ refund }}.is_tax_included then 0 else {{ refund }}.shipping_tax_amount end
{%- endmacro %}
