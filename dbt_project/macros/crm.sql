{#- What the CRM systems' staging models share. -#}

{#- The domain of a web address, in lower case: https://www.acme.example/about → acme.example. -#}
{% macro domain_of(address) -%}
    {{ crm360.nullif_blank(crm360.replace_all('lower(' ~ address ~ ')', '^\\s*(https?://)?(www\\.)?|[/?#:].*$', '')) }}
{%- endmacro %}

{#- Who spoke first, by the name of a lead's source: lists and cold calls are ours, everything else comes to us. -#}
{% macro lead_direction(lead_source) -%}
    case
        when {{ crm360.matches('lower(' ~ lead_source ~ ')', 'purchased|cold call|outbound|prospecting') }} then 'outbound'
        when {{ crm360.nullif_blank(lead_source) }} is not null then 'inbound'
    end
{%- endmacro %}

{#- Dynamics writes the label of a choice column beside it, under this name. -#}
{% macro choice_label(name) %}{% do return(name ~ '@OData.Community.Display.V1.FormattedValue') %}{% endmacro %}

{% macro label_of(name) -%}r['{{ crm360.choice_label(name) }}']{%- endmacro %}

{#- 12/31/2026 23:59:59 as 2026-12-31 23:59:59, dates alike; other text stays as it is, so that it is found unreadable. -#}
{% macro iso_of_us(text) -%}
    case
        when {{ crm360.matches('trim(' ~ text ~ ')', '^[0-9]{2}/[0-9]{2}/[0-9]{4}') }}
            then concat(
                substring(trim({{ text }}), 7, 4), '-', substring(trim({{ text }}), 1, 2), '-',
                substring(trim({{ text }}), 4, 2), substring(trim({{ text }}), 11)
            )
        else {{ text }}
    end
{%- endmacro %}

{#- Salesforce writes an id in 15 letters whose case counts, as reports do, or in 18 whose last three say which of them are
    capitals, as its API does. Of an id in 15, '<source>:<id>', the one in 18; any other stays as it is. -#}
{% macro salesforce_id(id) -%}
    case
        when
            {{ crm360.matches(id, ':(001|003|005|006|00Q|500|701)[0-9A-Za-z]{12}$') }}
            and {{ crm360.matches(id, ':...[0-9]*[A-Za-z][0-9A-Za-z]*$') }}
            then {{ id }}
            {%- for chunk in range(3) %}
            || substring('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
                {%- for place in range(5) %}
                + case when substring({{ id }}, length({{ id }}) - {{ 14 - chunk * 5 - place }}, 1) between 'A' and 'Z' then {{ 2 ** place }} else 0 end
                {%- endfor %}, 1)
            {%- endfor %}
        else {{ id }}
    end
{%- endmacro %}
