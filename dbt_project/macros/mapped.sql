{#-
    A file's or a table's records as an entity, as var `mappings` says: a list of
        {source, stream, entity, id, fields: {entity_field: spec}}
    where `id` is a column of the record, or null for the record's own id, and a spec is a column's name,
    {column, match: {pattern: value, …}, default} (the first pattern that is found gives the value), or {value: constant}.
    Where `id` is a column, several records can be one entity: the newest live one speaks, and the entity is deleted only
    when all its records are. References and ids lose a spreadsheet's '.0' and are prefixed with the source.
-#}
{% macro mapped(entity, id) -%}
    {%- set columns = crm360.columns_of(entity, id) -%}
    {%- set mappings = [] -%}
    {%- for mapping in var('mappings', []) if mapping.entity == entity -%}
        {%- do mappings.append(mapping) -%}
    {%- endfor -%}
    {%- if not mappings %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }},
        {%- endfor %}
        cast(null as string) as stream,
        cast(null as string) as unread_fields
    from {{ source('mapped', entity) }}
    where false
    {%- endif -%}
    {%- for mapping in mappings %}
    ({{ crm360.mapped_stream(mapping, entity, id, columns) }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro mapped_stream(mapping, entity, id, columns) -%}
    {%- set fields = mapping.fields or {} -%}
    {%- for field in fields if field not in columns or field in [id, 'source', 'source_id', 'is_deleted', 'merged_into'] -%}
        {{ exceptions.raise_compiler_error("mapping of " ~ mapping.source ~ "/" ~ mapping.stream ~ ": " ~ entity
            ~ " has no field '" ~ field ~ "'") }}
    {%- endfor -%}
    {%- set keys = [mapping.id] if mapping.id else [] -%}
    {%- for spec in fields.values() -%}
        {%- set key = spec if spec is string else spec.column -%}
        {%- if key and key not in keys -%}{%- do keys.append(key) -%}{%- endif -%}
    {%- endfor %}
    select
        {{ crm360.global_id('source_id') }} as {{ id }},
        source,
        source_id,
        {%- for column, type in columns.items() if column not in [id, 'source', 'source_id'] %}
        {{ crm360.mapped_column(column, type, fields, keys) }} as {{ column }},
        {%- endfor %}
        stream,
        nullif(concat_ws(
            ', ', cast(null as string)
            {%- for column in fields if columns[column] != 'string' %},
            {{ crm360.mapped_unread(column, columns[column], fields[column], keys) }}
            {%- endfor %}
        ), '') as unread_fields
    from (
        select *, {{ crm360.tidy_id('v[1]' if mapping.id else 'record_id') }} as source_id
        from (
            select
                source,
                stream,
                record_id,
                changed_at,
                is_deleted,
                {{ crm360.json_values('record', keys) }} as v
            from ({{ crm360.latest_known('mapped', entity, mapping) }}) as known
        ) as opened
    ) as keyed
    where nullif(source_id, '') is not null
    qualify row_number() over (
        partition by source_id order by is_deleted, changed_at desc nulls last, record_id desc
    ) = 1
{%- endmacro %}

{#- The newest version of each record of one stream; of a deleted one its last known content, which holds its entity's id. -#}
{% macro latest_known(source_name, entity, mapping) -%}
    select
        source,
        stream,
        record_id,
        changed_at,
        is_deleted,
        coalesce(record, lead(record ignore nulls) over (
            partition by source, stream, record_id order by {{ crm360.newest_first() }}
        )) as record
    from {{ source(source_name, entity) }}
    where
        rejected_because is null
        and source = {{ crm360.quoted(mapping.source) }}
        and stream = {{ crm360.quoted(mapping.stream) }}
    qualify row_number() over (
        partition by source, stream, record_id order by {{ crm360.newest_first() }}
    ) = 1
{%- endmacro %}

{#- The text that a spec yields: a column, the value of the first pattern found in it, or a constant. -#}
{% macro mapped_text(spec, keys) -%}
    {%- if spec is not string and 'value' in spec -%}
        {{ crm360.quoted(spec.value) }}
    {%- else -%}
        {%- set text = 'v[' ~ (keys.index(spec if spec is string else spec.column) + 1) ~ ']' -%}
        {%- if spec is string -%}
            {{ text }}
        {%- elif 'match' in spec -%}
            case
                {%- for pattern, value in spec.match.items() %}
                when {{ crm360.matches(text, pattern) }} then {{ crm360.quoted(value) }}
                {%- endfor %}
                {%- if 'default' in spec %} else {{ crm360.quoted(spec.default) }}{% endif %}
            end
        {%- elif 'default' in spec -%}
            coalesce({{ crm360.filled(text) }}, {{ crm360.quoted(spec.default) }})
        {%- else -%}
            {{ text }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro mapped_column(column, type, fields, keys) -%}
    {%- if column == 'is_deleted' -%}
        is_deleted
    {%- elif column in fields and column.endswith('_id') -%}
        {{ crm360.global_id(crm360.tidy_id(crm360.mapped_text(fields[column], keys))) }}
    {%- elif column in fields and column in ['email', 'other_emails'] -%}
        lower({{ crm360.filled(crm360.mapped_text(fields[column], keys)) }})
    {%- elif column in fields -%}
        {{ crm360.as_type(crm360.mapped_text(fields[column], keys), type) }}
    {%- elif column == 'updated_at' -%}
        changed_at
    {%- else -%}
        cast(null as {{ type }})
    {%- endif -%}
{%- endmacro %}

{% macro mapped_unread(column, type, spec, keys) -%}
    {%- set text = crm360.mapped_text(spec, keys) -%}
    case
        when {{ crm360.filled(text) }} is not null and {{ crm360.as_type(text, type) }} is null then '{{ column }}'
    end
{%- endmacro %}
