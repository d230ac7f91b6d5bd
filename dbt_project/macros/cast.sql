{#-
    How source text becomes a typed value. Each reader gives null for what it cannot read, and `unread` names those fields,
    so that the record is held back with a reason (int_records_unparseable) and never counted as a silent zero.
-#}

{#- What programs and people write where there is nothing, between bars. -#}
{% macro words_for_nothing() -%}
    {{ crm360.quoted('||null|(null)|<null>|\\n|nan|nat|none|nil|n/a|#n/a|-|--|(blank)|undefined|#null!|#value!|#ref!|') }}
{%- endmacro %}

{#- The text without outer white space, null if nothing is left or it is a word for nothing. -#}
{% macro nullif_blank(text) -%}
    case
        when position('|' || lower({{ crm360.trimmed(text) }}) || '|' in {{ crm360.words_for_nothing() }}) = 0
            then {{ crm360.trimmed(text) }}
    end
{%- endmacro %}

{% macro as_decimal(text) -%}try_cast({{ crm360.nullif_blank(text) }} as decimal(18, 4)){%- endmacro %}

{#- A whole number; '150.0' is 150, as spreadsheets write it. -#}
{% macro as_whole(text) -%}try_cast(try_cast({{ crm360.nullif_blank(text) }} as decimal(18, 0)) as bigint){%- endmacro %}

{#- A moment as naive UTC. Text with an offset is moved to UTC, text without one is UTC; null if it cannot be read. -#}
{% macro utc(text) -%}{{ crm360.plausible(crm360.iso_moment(text)) }}{%- endmacro %}

{#- A calendar date, from a date or the first ten letters of a moment. -#}
{% macro as_date(text) -%}{{ crm360.plausible(crm360.iso_date(text)) }}{%- endmacro %}

{#- The date or moment, if a CRM can mean it: 0001-01-01, 1900-01-01 and 9999-12-31 are how systems write that there is
    none, and nobody who is in a CRM was born before 1900. -#}
{% macro plausible(moment) -%}
    case when {{ moment }} >= '1900-01-02' and {{ moment }} < '9999-01-01' then {{ moment }} end
{%- endmacro %}

{#- What a value looks like, and nothing of what it says: '03.04.1985' → '99.99.9999', 'Ann' → 'Aaa'. -#}
{% macro shape_of(text) -%}
    {%- set shape = crm360.replace_all('substring(' ~ crm360.nullif_blank(text) ~ ', 1, 40)', '[0-9]', '9') -%}
    {%- set shape = crm360.replace_all(shape, '[\\p{Ll}\\p{Lo}\\p{Lm}]', 'a') -%}
    {%- set shape = crm360.replace_all(shape, '[\\p{Lu}\\p{Lt}]', 'A') -%}
    {{ crm360.replace_all(shape, '[;=]', ',') }}
{%- endmacro %}

{% macro as_flag(text) -%}
    case
        when lower({{ crm360.trimmed(text) }}) in (
            'true', 'yes', 'y', 't', 'on', '1', '1.0', 'x', 'ja', 'j', 'wahr', 'oui', 'vrai', 'si', 'sí', 'sì', 'verdadero', 'vero',
            'sim', 'verdadeiro', 'waar', '✓', '✔', '☑'
        ) then true
        when lower({{ crm360.trimmed(text) }}) in (
            'false', 'no', 'n', 'f', 'off', '0', '0.0', 'nein', 'falsch', 'non', 'faux', 'nee', 'falso', 'não', 'nao', 'onwaar', '✗', '✘', '☐'
        ) then false
    end
{%- endmacro %}

{#- The last part of a Shopify global id: gid://shopify/Order/7 → 7. -#}
{% macro gid_number(text) -%}split_part({{ text }}, '/', -1){%- endmacro %}

{#- The id in all sources: '<source>:<id>'; null without an id. -#}
{% macro global_id(id, source='source') -%}
    {{ source }} || ':' || {{ crm360.nullif_blank(id) }}
{%- endmacro %}

{#- The fields whose text is there and cannot be read as its type, each with the shape of the text, as
    'field=shape;field=shape'; null if all can. A date that can be read and is not plausible has its year for a shape.
    `refunds` are those of the fields in which a refund stands, and which the source writes without a minus sign: one with it
    is listed, too. No values: these stay in landing. -#}
{% macro unread(decimals=[], times=[], dates=[], wholes=[], refunds=[]) -%}
    nullif(
        concat_ws(
            ';'
            {%- for field in decimals %}, {{ crm360.unread_name(field, crm360.as_decimal(field)) }}{% endfor %}
            {%- for field in times %}, {{ crm360.unread_name(field, crm360.utc(field), crm360.iso_moment(field)) }}{% endfor %}
            {%- for field in dates %}, {{ crm360.unread_name(field, crm360.as_date(field), crm360.iso_date(field)) }}{% endfor %}
            {%- for field in wholes %}, {{ crm360.unread_name(field, crm360.as_whole(field)) }}{% endfor %}
            {%- for field in refunds %}, {{ crm360.negative_refund(field | replace('r.', '', 1), crm360.as_decimal(field), field) }}{% endfor %}
        ),
        ''
    )
{%- endmacro %}

{% macro unread_name(field, value, moment=none) -%}
    {{ crm360.unread_value(field | replace('r.', '', 1), field, value, moment) }}
{%- endmacro %}

{#- 'name=shape' where the text is there and its value is null; `moment` is a date's value, plausible or not. -#}
{% macro unread_value(name, text, value, moment=none) -%}
    case when {{ crm360.nullif_blank(text) }} is not null and {{ value }} is null then {{ crm360.quoted(name ~ '=') }} ||
        {%- if moment %} coalesce('year ' || lpad(cast(extract(year from {{ moment }}) as string), 4, '0'), {{ crm360.shape_of(text) }})
        {%- else %} {{ crm360.shape_of(text) }}{% endif %} end
{%- endmacro %}

{#- 'name=negative shape' where a refund is below 0, of a source that writes it without a sign. -#}
{% macro negative_refund(name, amount, text) -%}
    case when {{ amount }} < 0 then {{ crm360.quoted(name ~ '=negative ') }} || {{ crm360.shape_of(text) }} end
{%- endmacro %}

{#- The names of the fields that `unread` lists, as text for people. -#}
{% macro unread_names(parse_errors) -%}
    replace({{ crm360.replace_all(parse_errors, '=[^;]*', '') }}, ';', ', ')
{%- endmacro %}

{#- Whether a value is listed that can't be read, beyond those that another rule meets. -#}
{% macro is_unreadable(parse_errors) -%}
    coalesce({{ crm360.replace_all(parse_errors, '[^;]*=(year|future|negative) [^;]*|;', '') }} != '', false)
{%- endmacro %}

{#- The same, of what a record is kept out of sums for: no sum is made of these, and of a deal whose chance or answer can't be read
    the amount still counts. Its stage says then what has become of it. -#}
{% macro is_unreadable_for_sums(parse_errors) -%}
    {{ crm360.is_unreadable(crm360.replace_all(
        parse_errors, '(^|;)(is_won|is_closed|probability|stage_order|is_verified)=[^;]*', ''
    )) }}
{%- endmacro %}

{#- An id without the '.0' that a spreadsheet gives to whole numbers: '13085.0' → '13085'. -#}
{% macro tidy_id(text) -%}
    {{ crm360.replace_all(crm360.nullif_blank(text), '^([0-9]+)\\.0+$', '\\1') }}
{%- endmacro %}

{#- Text as the type that an entity's shape names. -#}
{% macro as_type(text, type) -%}
    {%- if type == 'string' -%}{{ crm360.nullif_blank(text) }}
    {%- elif type == 'timestamp' -%}{{ crm360.utc(text) }}
    {%- elif type == 'date' -%}{{ crm360.as_date(text) }}
    {%- elif type == 'boolean' -%}{{ crm360.as_flag(text) }}
    {%- elif type == 'bigint' -%}{{ crm360.as_whole(text) }}
    {%- else -%}{{ crm360.as_decimal(text) }}
    {%- endif -%}
{%- endmacro %}

{#- An amount with the sign of another: of a document written with a minus, each part is taken off the same way round. -#}
{% macro of_sign(amount, other) -%}
    case when {{ other }} < 0 then -abs({{ amount }}) else {{ amount }} end
{%- endmacro %}
