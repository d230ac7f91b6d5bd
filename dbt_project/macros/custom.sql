{#-
    Custom fields: var `custom_fields` is a list of {name, entity, type, description, from: [{source, stream, view, id,
    path, locale}]}, checked by orchestration/custom.py. `view` is the landed view, `path` the names that lead to the value,
    `id` the column of a mapped record that is its entity's id, or null for the record's own, and `locale` how the mapped
    stream writes its values (macros/locale.sql), absent where it does so by the rule. One that `fills` is no column of its
    own: it stands for a field of the entity that the vendor does not have.
-#}

{#- The custom fields of an entity that are columns of their own. -#}
{% macro custom_fields(entity) %}
    {% do return(crm360.all_custom_fields(entity) | rejectattr('fills') | list) %}
{% endmacro %}

{#- The names of the entity's own fields that custom fields fill. -#}
{% macro filled_by_custom(entity) %}
    {% do return(crm360.all_custom_fields(entity) | selectattr('fills') | map(attribute='name') | list) %}
{% endmacro %}

{#- The entity's rows, with what custom fields fill where a record leaves it empty. -#}
{% macro completed_by_custom(entity, id, rows) -%}
    {%- set names = crm360.filled_by_custom(entity) -%}
    {%- if not names -%}
    select * from {{ rows }}
    {%- else -%}
    select
        {{ rows }}.* {{ crm360.without(names | join(', ')) }},
        {%- for name in names %}
        coalesce({{ rows }}.{{ name }}, own.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows }}
    left join {{ ref('int_' ~ entity ~ '_custom') }} as own
        on {{ rows }}.{{ id }} = own.{{ id }}
    {%- endif %}
{%- endmacro %}

{% macro all_custom_fields(entity) %}
    {% do return(var('custom_fields', []) | selectattr('entity', 'equalto', entity) | list) %}
{% endmacro %}

{#- The text as a custom field's type, as its stream writes it; null where it does not fit. A number with a fraction is no
    integer. -#}
{% macro as_custom(text, type, locale={}, is_number='false') -%}
    {%- set kind = {'text': 'string', 'decimal': 'decimal(18,4)', 'integer': 'decimal(18,4)'}.get(type, type) -%}
    {%- set value = crm360.localized(text, kind, locale, is_number, 'false') -%}
    {%- if type == 'integer' -%}
        case when {{ value }} = round({{ value }}) then cast({{ value }} as bigint) end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- The unreadable value of a custom field, as unread_value tells it. -#}
{% macro custom_unread(text, field, locale, is_number) -%}
    {{ crm360.unread_value(field.name, text, crm360.as_custom(text, field.type, locale, is_number)) }}
{%- endmacro %}

{#- One row per live record that a custom field of the entity is taken from, each field in its type. -#}
{% macro custom_records(entity, id) -%}
    {%- set fields = crm360.all_custom_fields(entity) -%}
    {%- set streams = {} -%}
    {%- for field in fields -%}
        {%- for origin in field.from -%}
            {%- do streams.update({origin.source ~ '.' ~ origin.stream: origin}) -%}
        {%- endfor -%}
    {%- endfor %}
    {%- if not fields %}
    select
        cast(null as string) as {{ id }},
        cast(null as string) as source,
        cast(null as string) as stream,
        cast(null as string) as record_id,
        cast(null as string) as parse_errors
    where false
    {%- else %}
    select
        {{ crm360.global_id('source_id') }} as {{ id }},
        source,
        stream,
        record_id,
        {%- for field in fields %}
        {{ field.name }},
        {%- endfor %}
        nullif(parse_errors, '') as parse_errors
    from (
        {%- for origin in streams.values() %}
        {{ crm360.custom_texts(origin, fields) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as texts
    where nullif(source_id, '') is not null
    qualify row_number() over (
        partition by source, source_id order by changed_at desc nulls last, record_id desc
    ) = 1
    {%- endif %}
{%- endmacro %}

{#- The live records of one stream, newest version, with each field in its type, and the names of those that can't be read;
    null where the field is not taken from it. -#}
{% macro custom_texts(origin, fields) -%}
    {%- set locale = origin.locale or {} %}
        select
            source,
            {{ crm360.quoted(origin.stream) }} as stream,
            record_id,
            changed_at,
            source_id,
            {%- for field in fields %}
            {{ crm360.as_custom('text_' ~ field.name, field.type, locale, 'is_number_' ~ field.name) }} as {{ field.name }},
            {%- endfor %}
            concat_ws(
                ';'
                {%- for field in fields %},
                {{ crm360.custom_unread('text_' ~ field.name, field, locale, 'is_number_' ~ field.name) }}
                {%- endfor %}
            ) as parse_errors
        from (
            select
                source,
                record_id,
                changed_at,
                {{ crm360.tidy_id(crm360.json_at('record', [origin.id])) if origin.id else 'record_id' }} as source_id
                {%- for field in fields %},
                {%- set paths = [] -%}
                {%- for other in field.from if other.source == origin.source and other.stream == origin.stream -%}
                    {%- do paths.append(other.path) -%}
                {%- endfor %}
                {{ crm360.custom_text(paths, locale) }} as text_{{ field.name }},
                {{ crm360.custom_is_number(paths, locale) }} as is_number_{{ field.name }}
                {%- endfor %}
            from (
                select *
                from {{ source(origin.view[0], origin.view[1]) }}
                where
                    rejected_because is null
                    and source = {{ crm360.quoted(origin.source) }}
                    {%- if origin.view[0] == 'mapped' %}
                    and stream = {{ crm360.quoted(origin.stream) }}
                    {%- endif %}
                qualify row_number() over (
                    partition by source, record_id order by {{ crm360.newest_first() }}
                ) = 1
            ) as newest
            where not is_deleted
        ) as told
{%- endmacro %}

{#- The text at the first of these paths that has one; null where it is one of the locale's words for nothing. -#}
{% macro custom_text(paths, locale) -%}
    {%- set texts = [] -%}
    {%- for path in paths -%}{%- do texts.append(crm360.json_at('record', path)) -%}{%- endfor -%}
    {%- if not texts -%}
        cast(null as string)
    {%- elif locale.null_words -%}
        case when trim(coalesce({{ texts | join(', ') }})) not in ({% for word in locale.null_words %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor %})
            then coalesce({{ texts | join(', ') }}) end
    {%- else -%}
        coalesce({{ texts | join(', ') }})
    {%- endif -%}
{%- endmacro %}

{#- Whether the record holds a number there, which no locale changes; only names lead to one, not steps into a list. -#}
{% macro custom_is_number(paths, locale) -%}
    {%- if locale.decimal and paths and paths[0] | select('mapping') | list | length == 0 -%}
        {{ crm360.json_is_number('record', paths[0]) }}
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{#- One row per owner (a customer, a company) of whom a record has a custom field: of each field the value of the record whose
    word counts first in the golden record. `ranked` holds owner, record and preference, `custom` the records' fields. -#}
{% macro custom_survived(entity, ranked, custom, owner, record) -%}
    select
        ranked.{{ owner }},
        {%- for field in crm360.custom_fields(entity) %}
        min_by(custom.{{ field.name }}, ranked.preference) filter (where custom.{{ field.name }} is not null)
            as {{ field.name }},
        {%- endfor %}
        count(*) as count_of_custom_records
    from {{ ranked }} as ranked
    inner join {{ custom }} as custom
        on ranked.{{ record }} = custom.{{ record }}
    group by ranked.{{ owner }}
{%- endmacro %}
