{#-
    Custom fields: var `custom_fields` is a list of {name, entity, type, description, from: [{source, stream, view, id,
    path}]}, checked by orchestration/custom.py. `view` is the landed view, `path` the names that lead to the value, and
    `id` the column of a mapped record that is its entity's id, or null for the record's own.
-#}

{#- The custom fields of an entity. -#}
{% macro custom_fields(entity) %}
    {% do return(var('custom_fields', []) | selectattr('entity', 'equalto', entity) | list) %}
{% endmacro %}

{#- The text as a custom field's type; null where it does not fit. A number with a fraction is no integer. -#}
{% macro as_custom(text, type) -%}
    {%- if type == 'integer' -%}
        case when {{ crm360.as_decimal(text) }} = {{ crm360.as_whole(text) }} then {{ crm360.as_whole(text) }} end
    {%- else -%}
        {{ crm360.as_type(text, {'text': 'string', 'decimal': 'decimal(18,4)'}.get(type, type)) }}
    {%- endif -%}
{%- endmacro %}

{#- One row per live record that a custom field of the entity is taken from, each field in its type. -#}
{% macro custom_records(entity, id) -%}
    {%- set fields = crm360.custom_fields(entity) -%}
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
        cast(null as string) as unread_fields
    where false
    {%- else %}
    select
        {{ crm360.global_id('source_id') }} as {{ id }},
        source,
        stream,
        record_id,
        {%- for field in fields %}
        {{ crm360.as_custom('text_' ~ field.name, field.type) }} as {{ field.name }},
        {%- endfor %}
        nullif(concat_ws(
            ';'
            {%- for field in fields %},
            {{ crm360.unread_value(field.name, 'text_' ~ field.name, crm360.as_custom('text_' ~ field.name, field.type)) }}
            {%- endfor %}
        ), '') as unread_fields
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

{#- The live records of one stream, newest version, with each field's text; null where the field is not taken from it. -#}
{% macro custom_texts(origin, fields) -%}
        select
            source,
            {{ crm360.quoted(origin.stream) }} as stream,
            record_id,
            changed_at,
            {{ crm360.tidy_id(crm360.json_at('record', [origin.id])) if origin.id else 'record_id' }} as source_id
            {%- for field in fields %},
            {%- set paths = [] -%}
            {%- for other in field.from if other.source == origin.source and other.stream == origin.stream -%}
                {%- do paths.append(crm360.json_at('record', other.path)) -%}
            {%- endfor %}
            {{ 'coalesce(' ~ paths | join(', ') ~ ')' if paths else 'cast(null as string)' }} as text_{{ field.name }}
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
