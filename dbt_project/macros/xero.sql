{#- Xero's /Date(1539993600000+0000)/ as seconds since 1970, as text: the milliseconds are UTC already. What has another form stays
    as it is, and is unreadable. -#}
{% macro xero_seconds(text) -%}
    {{ crm360.replace_all(crm360.nullif_blank(text), '^/Date[(](-?[0-9]+)[0-9]{3}([+-][0-9]{4})?[)]/$', '\\1') }}
{%- endmacro %}

{#- A contact's telephone number of one kind. -#}
{% macro xero_phone(kind) -%}
    {%- set filled = crm360.nullif_blank('e.PhoneNumber') ~ " is not null and e.PhoneType = '" ~ kind ~ "'" -%}
    {%- set phone = crm360.first_of(crm360.those_with('r.Phones', filled)) -%}
    {{ crm360.nullif_blank("concat_ws(' ', '+' || " ~ crm360.replace_all(crm360.nullif_blank(phone ~ '.PhoneCountryCode'), '^[+]+|^00', '')
        ~ ', ' ~ crm360.nullif_blank(phone ~ '.PhoneAreaCode') ~ ', ' ~ crm360.nullif_blank(phone ~ '.PhoneNumber') ~ ')') }}
{%- endmacro %}
