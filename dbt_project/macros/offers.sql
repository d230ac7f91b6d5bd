{#- What is offered: lines of deals, and quotes. -#}

{#- Lines of deals of files and tables: what is paid again and again by the usual word of its interval. -#}
{% macro mapped_deal_lines() -%}
    select
        {%- for column in crm360.columns_of('deal_lines', 'deal_line_id') if column != 'billing_interval' %}
        {{ column }},
        {%- endfor %}
        {{ crm360.interval_of('billing_interval') }} as billing_interval,
        stream,
        parse_errors
    from ({{ crm360.mapped_entity('deal_lines', 'deal_line_id') }}) as told
{%- endmacro %}

{#- What a quote's words mean: what its source's own states say, else the words of its status; null where nobody knows them. -#}
{% macro quote_meaning() -%}
    coalesce({{ crm360.status_meaning('quotes', 'quote_state') }}, {{ crm360.status_meaning('quotes', 'status') }})
{%- endmacro %}
