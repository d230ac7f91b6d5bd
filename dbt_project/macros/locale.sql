{#-
    How a mapped stream writes its values, as crm360.toml declares it (connectors/engine/locale.py): `locale` holds what
    differs from the rule of {date_format, time_zone, decimal, thousands, true_words, false_words, null_words}. A reader
    gives null for what is not written so, and `unread` names it.
-#}

{#- Text as the type that an entity's shape names, as its stream writes it. `is_number`: SQL for whether the record holds a
    JSON number, which no locale changes; `has_commas`: whether the column holds numbers with commas. -#}
{% macro localized(text, type, locale, is_number, has_commas) -%}
    {%- if type in ['timestamp', 'date'] -%}{{ crm360.plausible(crm360.localized_moment(text, type, locale)) }}
    {%- elif type == 'boolean' -%}{{ crm360.localized_flag(text, locale) }}
    {%- elif type == 'string' -%}{{ crm360.nullif_blank(text) }}
    {%- else -%}{{ crm360.localized_number(text, type, locale, is_number, has_commas) }}
    {%- endif -%}
{%- endmacro %}

{#- A moment (naive UTC) or a date, by the declared formats and by ISO 8601, plausible or not. A time of day without an
    offset is one of the declared zone; a day without a time stays that day. -#}
{% macro localized_moment(text, type, locale) -%}
    {%- set zone = locale.time_zone or 'UTC' -%}
    {%- set filled = crm360.nullif_blank(text) -%}
    {%- set found = [] -%}
    {%- for format in locale.date_format or [] -%}
        {%- do found.append(crm360.by_format(filled, format, zone)) -%}
    {%- endfor -%}
    {%- if type == 'date' -%}
        {%- do found.append(crm360.iso_date(text)) -%}
    {%- elif zone == 'UTC' -%}
        {%- do found.append(crm360.iso_moment(text)) -%}
    {%- else -%}
        {%- do found.append('case when ' ~ crm360.matches(filled, '[0-9]:[0-9]{2}')
            ~ ' and not ' ~ crm360.matches(filled, '([zZ]|[+-][0-9]{2}(:?[0-9]{2})?|[A-Za-z])$')
            ~ ' then ' ~ crm360.utc_of_zone(crm360.iso_moment(text), zone)
            ~ ' else ' ~ crm360.iso_moment(text) ~ ' end') -%}
    {%- endif -%}
    {%- if type == 'date' -%}cast({% endif -%}
    {{ 'coalesce(' ~ found | join(', ') ~ ')' if found | length > 1 else found[0] }}
    {%- if type == 'date' %} as date){% endif -%}
{%- endmacro %}

{#- A number. Without a declared decimal sign 1.459 is refused where its column holds commas: it may be a thousand. -#}
{% macro localized_number(text, type, locale, is_number, has_commas) -%}
    {%- set as_number = crm360.as_whole if type == 'bigint' else crm360.as_decimal -%}
    {%- if not locale.decimal -%}
        case when not ({{ has_commas }} and {{ crm360.matches(text, '^\\s*[+-]?[0-9]{1,3}\\.[0-9]{3}\\s*$') }}) then {{ as_number(text) }} end
    {%- else -%}
        {%- set point, group = locale.decimal, locale.thousands or '' -%}
        {%- set signs = {',': ',', '.': '[.]', ' ': ' '} -%}
        {%- set whole = '[0-9]+' if not group else '([0-9]{1,3}(' ~ signs.get(group, group) ~ '[0-9]{3})+|[0-9]+)' -%}
        {%- set bare = crm360.replace_all(text, '^[\\s\u00a0\u202f€$£¥]+|[\\s\u00a0\u202f€$£¥]+$', '') -%}
        {%- if group in ['', ' ', '\u00a0', '\u202f'] -%}
            {%- set bare = crm360.replace_all(bare, '[ \u00a0\u202f]' if group else '[\u00a0\u202f]', '') -%}
        {%- endif -%}
        {%- set whole = '[0-9]+' if group in [' ', '\u00a0', '\u202f'] else whole -%}
        {%- set canonical = "replace(replace(" ~ bare ~ ", " ~ crm360.quoted(group or 'none') ~ ", ''), " ~ crm360.quoted(point) ~ ", '.')" -%}
        case
            when {{ is_number }} then {{ as_number(text) }}
            when {{ crm360.matches(bare, '^[+-]?' ~ whole ~ '(' ~ signs[point] ~ '[0-9]+)?$') }} then {{ as_number(canonical) }}
        end
    {%- endif -%}
{%- endmacro %}

{% macro localized_flag(text, locale) -%}
    {%- if not (locale.true_words or locale.false_words) -%}{{ crm360.as_flag(text) }}
    {%- else -%}
    case
        {%- for words, answer in [(locale.true_words, 'true'), (locale.false_words, 'false')] if words %}
        when lower(trim({{ text }})) in ({% for word in words %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor %}) then {{ answer }}
        {%- endfor %}
        else {{ crm360.as_flag(text) }}
    end
    {%- endif -%}
{%- endmacro %}
