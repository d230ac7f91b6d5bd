{#-
    How source text becomes a typed value. Each reader gives null for what it cannot read, and `unread` names those fields,
    so that the record is held back with a reason (int_records_unread) and never counted as a silent zero.
-#}

{#- A text literal. -#}
{% macro quoted(value) -%}'{{ value | string | replace("'", "''") }}'{%- endmacro %}

{#- The text without outer spaces, null if nothing is left. -#}
{% macro filled(text) -%}nullif(trim({{ text }}), ''){%- endmacro %}

{% macro as_decimal(text) -%}try_cast({{ crm360.filled(text) }} as decimal(18, 4)){%- endmacro %}

{#- A whole number; '150.0' is 150, as spreadsheets write it. -#}
{% macro as_whole(text) -%}try_cast(try_cast({{ crm360.filled(text) }} as decimal(18, 0)) as bigint){%- endmacro %}

{#- A calendar date, from a date or the first ten letters of a moment. -#}
{% macro as_date(text) -%}try_cast(substring({{ crm360.filled(text) }}, 1, 10) as date){%- endmacro %}

{% macro as_flag(text) -%}
    case
        when lower(trim({{ text }})) in ('true', 'yes', '1') then true
        when lower(trim({{ text }})) in ('false', 'no', '0') then false
    end
{%- endmacro %}

{#- The last part of a Shopify global id: gid://shopify/Order/7 → 7. -#}
{% macro gid_number(text) -%}split_part({{ text }}, '/', -1){%- endmacro %}

{#- The id in all sources: '<source>:<id>'; null without an id. -#}
{% macro global_id(id, source='source') -%}
    {{ source }} || ':' || nullif({{ id }}, '')
{%- endmacro %}

{#- Names of the fields whose text is there and cannot be read as its type; null if all can. Names only: values stay in
    landing. -#}
{% macro unread(decimals=[], times=[], dates=[], wholes=[]) -%}
    nullif(
        concat_ws(
            ', '
            {%- for field in decimals %}, {{ crm360.unread_name(field, crm360.as_decimal(field)) }}{% endfor %}
            {%- for field in times %}, {{ crm360.unread_name(field, crm360.utc(field)) }}{% endfor %}
            {%- for field in dates %}, {{ crm360.unread_name(field, crm360.as_date(field)) }}{% endfor %}
            {%- for field in wholes %}, {{ crm360.unread_name(field, crm360.as_whole(field)) }}{% endfor %}
        ),
        ''
    )
{%- endmacro %}

{% macro unread_name(field, value) -%}
    case when {{ crm360.filled(field) }} is not null and {{ value }} is null then {{ crm360.quoted(field | replace('r.', '', 1)) }} end
{%- endmacro %}

{#- An id without the '.0' that a spreadsheet gives to whole numbers: '13085.0' → '13085'. -#}
{% macro tidy_id(text) -%}
    {{ crm360.replace_all(crm360.filled(text), '^([0-9]+)\\.0+$', '\\1') }}
{%- endmacro %}

{#- Text as the type that an entity's shape names. -#}
{% macro as_type(text, type) -%}
    {%- if type == 'string' -%}{{ crm360.filled(text) }}
    {%- elif type == 'timestamp' -%}{{ crm360.utc(text) }}
    {%- elif type == 'date' -%}{{ crm360.as_date(text) }}
    {%- elif type == 'boolean' -%}{{ crm360.as_flag(text) }}
    {%- elif type == 'bigint' -%}{{ crm360.as_whole(text) }}
    {%- else -%}{{ crm360.as_decimal(text) }}
    {%- endif -%}
{%- endmacro %}
