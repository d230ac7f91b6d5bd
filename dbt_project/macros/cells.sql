{#-
    What stands in a cell for telephone numbers or for e-mail addresses, whoever wrote it: a spreadsheet's '447911333444.0', two
    numbers in one cell, 'Ann <ann@x.example>', a link. Read here for every source, before anything is compared or shown. What a
    plain pattern knows as one number or address passes as it is.
-#}

{#- A number of a cell: the first, or the second where there are two. What a spreadsheet has rounded (4.479E+11) is none. -#}
{% macro phone_cell(text, place=1) -%}
    {%- set plain = crm360.matches(text, '^[+(]?[0-9][0-9 ()-]*$') -%}
    case
        when {{ text }} is null then null
        when {{ plain }} then {{ text if place == 1 else 'null' }}
        when {{ crm360.matches(text, '^[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+$') }} then null
        when {{ crm360.holds_numbers(text) }}
            then {{ crm360.phone_written("split_part(" ~ crm360.numbers_of(text) ~ ", ';', " ~ place ~ ")") }}
        else {{ crm360.phone_written(text) if place == 1 else 'null' }}
    end
{%- endmacro %}

{#- The numbers of a cell with ';' between them. -#}
{% macro numbers_of(text) -%}
    {{ crm360.replace_all('lower(' ~ text ~ ')', '\\s*[/;,|]\\s*|\\s+(or|oder|ou|und|and)\\s+', ';') }}
{%- endmacro %}

{#- Whether a cell holds several numbers: each part has as many digits as a number ('030 / 1234567' is one). -#}
{% macro holds_numbers(text) -%}
    {{ crm360.matches(
        crm360.numbers_of(text), '^[^;0-9]*([0-9][^;0-9]*){7,}(;[^;0-9]*([0-9][^;0-9]*){7,})+$'
    ) }}
{%- endmacro %}

{#- A number without what a spreadsheet puts behind it, and without blanks that are none. -#}
{% macro phone_written(text) -%}
    nullif(trim({{ crm360.replace_all(
        crm360.replace_all(text, '[\\x{00A0}\\x{202F}\\x{2007}\\t]', ' '), '^([+]?[0-9]{7,15})[.,]0+$|[\\x{200B}-\\x{200F}\\x{2060}\\x{FEFF}]', '\\1'
    ) }}), '')
{%- endmacro %}

{#- The first address of a cell. -#}
{% macro email_cell(text) -%}
    case
        when {{ text }} is null then null
        when {{ crm360.matches(text, '^[a-z0-9._%+-]+@[a-z0-9.-]+$') }} then {{ text }}
        when {{ crm360.holds_addresses(text) }} then split_part({{ crm360.addresses_of(text) }}, ';', 1)
        else {{ crm360.email_written(text) }}
    end
{%- endmacro %}

{#- The other addresses of a cell, with ';' between them. -#}
{% macro more_emails(text) -%}
    case
        when {{ crm360.holds_addresses(text) }}
            then {{ crm360.replace_all(crm360.addresses_of(text), '^[^;]*;', '') }}
    end
{%- endmacro %}

{% macro addresses_of(text) -%}
    {{ crm360.replace_all(
        crm360.replace_all(crm360.email_written(text), '\\s*[;,|]\\s*|\\s+', ';'), '^;+|;+$', ''
    ) }}
{%- endmacro %}

{#- Whether a cell holds several addresses and nothing else. -#}
{% macro holds_addresses(text) -%}
    coalesce({{ crm360.matches(crm360.addresses_of(text), '^[^;@]+@[^;@]+(;+[^;@]+@[^;@]+)+$') }}, false)
{%- endmacro %}

{#- An address without a link's 'mailto:', the name before it, and what can't be seen. -#}
{% macro email_written(text) -%}
    nullif(trim({{ crm360.replace_all(
        crm360.replace_all(
            crm360.replace_all('lower(' ~ text ~ ')', '[\\x{00A0}\\x{00AD}\\x{200B}-\\x{200F}\\x{202F}\\x{2060}\\x{FEFF}\\t]|mailto:|[?][a-z]+=.*$', ''),
            '"[^"]*"', ''
        ),
        '[^<>;,]*<([^<>]+@[^<>]+)>', '\\1'
    ) }}), '')
{%- endmacro %}
