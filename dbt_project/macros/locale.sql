{#-
    How a mapped stream writes its values, as crm360.toml declares it (connectors/engine/locale.py): `locale` holds what
    differs from the rule of {date_format, time_zone, decimal, thousands, true_words, false_words, null_words}. A reader
    gives null for what is not written so, and `unread` names it.
-#}

{#- Text as the type that an entity's shape names, as its stream writes it. `is_number`: SQL for whether the record holds a
    JSON number, which no locale changes; `has_commas`: whether the column holds numbers with commas. `column` is the entity's,
    where it is one of an entity: some say more of how they are written. -#}
{% macro localized(text, type, locale, is_number, has_commas, column='') -%}
    {%- if type in ['timestamp', 'date'] -%}{{ crm360.plausible(crm360.localized_moment(text, type, locale, column)) }}
    {%- elif type == 'boolean' -%}{{ crm360.localized_flag(text, locale, column) }}
    {%- elif type == 'string' -%}{{ crm360.nullif_blank(text) }}
    {%- elif column == 'probability' -%}{{ crm360.localized_chance(text, locale, is_number) }}
    {%- else -%}{{ crm360.localized_number(text, type, locale, is_number, has_commas) }}
    {%- endif -%}
{%- endmacro %}

{#- A moment (naive UTC) or a date, by the declared formats and by ISO 8601, plausible or not. A time of day without an
    offset is one of the declared zone; a day without a time stays that day. A year of two digits is one from 1969 to 2068,
    but nobody who is in a CRM is still to be born: a day of birth that would be is of the century before. -#}
{% macro localized_moment(text, type, locale, column='') -%}
    {%- set zone = locale.time_zone or 'UTC' -%}
    {%- set filled = crm360.nullif_blank(text) -%}
    {%- set found = [] -%}
    {%- for format in locale.date_format or [] -%}
        {%- set read = crm360.by_format(filled, format, zone) -%}
        {%- if column == 'birth_date' and '%y' in format -%}
            {%- set read = 'case when ' ~ crm360.is_future(read) ~ ' then ' ~ read ~ ' - interval 100 year else ' ~ read ~ ' end' -%}
        {%- endif -%}
        {%- do found.append(read) -%}
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

{#- A number. Without a declared decimal sign 1.459 is refused where its column holds commas: it may be a thousand. Books write
    what is taken off as 12.50- or as (12.50), too. -#}
{% macro localized_number(text, type, locale, is_number, has_commas) -%}
    {%- set as_number = crm360.as_whole if type == 'bigint' else crm360.as_decimal -%}
    {%- set is_taken_off = crm360.matches(text, crm360.taken_off()) -%}
    {%- if not locale.decimal -%}
        case
            when {{ has_commas }} and {{ crm360.matches(text, '^\\s*[+(-]?[0-9]{1,3}\\.[0-9]{3}[)-]?\\s*$') }} then null
            when {{ is_taken_off }} then {{ as_number("'-' || " ~ crm360.replace_all(text, '[()\\s\u00a0\u202f-]', '')) }}
            else {{ as_number(text) }}
        end
    {%- else -%}
        {%- set point, group = locale.decimal, locale.thousands or '' -%}
        {%- set signs = {',': ',', '.': '[.]', ' ': ' '} -%}
        {%- set whole = '[0-9]+' if not group else '([0-9]{1,3}(' ~ signs.get(group, group) ~ '[0-9]{3})+|[0-9]+)' -%}
        {%- set bare = crm360.replace_all(text, '^[\\s\u00a0\u202f€$£¥(]+|[\\s\u00a0\u202f€$£¥)-]+$', '') -%}
        {%- if group in ['', ' ', '\u00a0', '\u202f'] -%}
            {%- set bare = crm360.replace_all(bare, '[ \u00a0\u202f]' if group else '[\u00a0\u202f]', '') -%}
        {%- endif -%}
        {%- set whole = '[0-9]+' if group in [' ', '\u00a0', '\u202f'] else whole -%}
        {%- set canonical = "replace(replace(" ~ bare ~ ", " ~ crm360.quoted(group or 'none') ~ ", ''), " ~ crm360.quoted(point) ~ ", '.')" -%}
        case
            when {{ is_number }} then {{ as_number(text) }}
            when {{ crm360.matches(text, '[(]|[)-][\\s\u00a0\u202f€$£¥]*$') }} and not {{ is_taken_off }} then null
            when {{ crm360.matches(bare, '^[+-]?' ~ whole ~ '(' ~ signs[point] ~ '[0-9]+)?$') }} then {{ as_number(
                'case when ' ~ is_taken_off ~ " then '-' else '' end || " ~ canonical
            ) }}
        end
    {%- endif -%}
{%- endmacro %}

{#- What a text with a minus behind the number, or with brackets around it, looks like: in it there is no sign before the number. -#}
{% macro taken_off() -%}
    {{ return('^[\\s\u00a0\u202f€$£¥]*([(][^()+-]*[0-9][^()+-]*[)]|[^()+-]*[0-9][^()+-]*-)[\\s\u00a0\u202f€$£¥]*$') }}
{%- endmacro %}

{#- A chance, from 0 to 1: also as 80 % or 80,5%, and as 0,8, in which the comma can't stand between thousands. -#}
{% macro localized_chance(text, locale, is_number) -%}
    {%- set bare = crm360.replace_all(text, '[\\s\u00a0\u202f%]', '') -%}
    case
        when {{ crm360.matches(text, '^[^%]*[0-9][\\s\u00a0\u202f]*%[\\s\u00a0\u202f]*$') }}
            then cast(try_cast(replace({{ bare }}, ',', '.') as decimal(18, 6)) * cast('0.01' as decimal(3, 2)) as decimal(18, 4))
        when {{ crm360.matches(bare, '^[01],[0-9]+$') }} then {{ crm360.as_decimal("replace(" ~ bare ~ ", ',', '.')") }}
        else {{ crm360.localized_number(text, 'decimal(18,4)', locale, is_number, 'false') }}
    end
{%- endmacro %}

{#- Yes or no: by the stream's own words, by what the words of that column mean, and by the usual ones. -#}
{% macro localized_flag(text, locale, column='') -%}
    {%- set meanings = crm360.flag_meanings(column) -%}
    {%- if not (locale.true_words or locale.false_words or meanings) -%}{{ crm360.as_flag(text) }}
    {%- else -%}
    case
        {%- for words, answer in [(locale.true_words, 'true'), (locale.false_words, 'false')] if words %}
        when lower(trim({{ text }})) in ({% for word in words %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor %}) then {{ answer }}
        {%- endfor %}
        {%- for answer, words in meanings.items() %}
        when {{ crm360.status_word(text) }} in ({% for word in words %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor %}) then {{ answer }}
        {%- endfor %}
        else {{ crm360.as_flag(text) }}
    end
    {%- endif -%}
{%- endmacro %}
