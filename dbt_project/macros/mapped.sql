{#-
    A file's or a table's records as an entity, as var `mappings` says: a list of
        {source, stream, entity, id, fields: {entity_field: spec}, filters, locale}
    where `id` is a column of the record, or null for the record's own id, and a spec is a column's name or what
    orchestration/settings/mapping.py (MappedField) permits. A column is a key of the record, or a dotted path into it.
    Where `id` is a column, several records can be one entity: of each field the newest filled value of the live ones
    speaks, and the entity is deleted only when all its records are. References and ids lose a spreadsheet's '.0' and are
    prefixed with the source. `every_version`: a row for each version of a record, with the moment from which it is known;
    where several records can be one entity, only the newest.
-#}
{% macro mapped(entity, id, every_version=false) -%}
    {%- set columns = crm360.columns_of(entity, id) -%}
    {%- do columns.update(crm360.mapped_beside(entity)) -%}
    {%- set mappings = [] -%}
    {%- for mapping in var('mappings', []) if mapping.entity == entity -%}
        {%- do mappings.append(mapping) -%}
    {%- endfor -%}
    {%- if not mappings %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }},
        {%- endfor %}
        {%- if every_version %}
        cast(null as timestamp) as known_from,
        cast(null as boolean) as is_newest,
        {%- endif %}
        {%- for column in crm360.consent_columns() if column in columns %}
        cast(null as string) as unknown_{{ column }},
        {%- endfor %}
        cast(null as string) as stream,
        cast(null as string) as parse_errors
    from {{ source('mapped', entity) }}
    where false
    {%- endif -%}
    {%- for mapping in mappings %}
    ({{ crm360.mapped_stream(mapping, entity, id, columns, every_version) }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro mapped_stream(mapping, entity, id, columns, every_version=false) -%}
    {%- set fields = mapping.fields or {} -%}
    {%- set locale = mapping.locale or {} -%}
    {%- for field in fields if field not in columns or field in [id, 'source', 'source_id', 'is_deleted', 'merged_into'] -%}
        {{ exceptions.raise_compiler_error("mapping of " ~ mapping.source ~ "/" ~ mapping.stream ~ ": " ~ entity
            ~ " has no field '" ~ field ~ "'") }}
    {%- endfor -%}
    {%- set keys = crm360.mapped_keys(mapping) -%}
    {%- set numbers = crm360.mapped_numbers(fields, columns) -%}
    {%- set source_id = crm360.mapped_raw(mapping.id, keys, locale) if mapping.id else 'record_id' %}
    select
        {{ crm360.global_id('source_id') }} as {{ id }},
        source,
        source_id,
        {%- for column, type in columns.items() if column not in [id, 'source', 'source_id'] %}
        {{ crm360.newest_filled(
            crm360.mapped_column(column, type, fields, keys, locale), column in fields and mapping.id
        ) }} as {{ column }},
        {%- endfor %}
        {%- if every_version %}
        coalesce(changed_at, extracted_at) as known_from,
        row_number() over (
            partition by source_id
            order by version_place > 1, is_deleted nulls last, changed_at desc nulls last, record_id desc
        ) = 1 as is_newest,
        {%- endif %}
        {%- for column in crm360.consent_columns() if column in columns %}
        {%- if column in fields %}
        case
            when {{ crm360.mapped_value(column, 'boolean', fields[column], keys, locale) }} is null
                then {{ crm360.shown_word(crm360.mapped_text(fields[column], keys, locale)) }}
        end as unknown_{{ column }},
        {%- else %}
        cast(null as string) as unknown_{{ column }},
        {%- endif %}
        {%- endfor %}
        stream,
        nullif(concat_ws(
            ';', cast(null as string)
            {%- for column in fields if columns[column] != 'string' %},
            {{ crm360.mapped_unread(column, columns[column], fields[column], keys, locale) }}
            {%- endfor %}
            {%- for column in fields if column in ['refunded_amount', 'refunded_net_amount'] %},
            {{ crm360.negative_refund(
                column, crm360.mapped_value(column, columns[column], fields[column], keys, locale),
                crm360.mapped_text(fields[column], keys, locale)
            ) }}
            {%- endfor %}
        ), '') as parse_errors
    from (
        select
            *,
            {%- for field in numbers if not locale.decimal %}
            coalesce(bool_or({{ crm360.matches(crm360.mapped_text(fields[field], keys, locale), '[0-9],[0-9]') }}) over (), false)
                as has_commas_{{ field }},
            {%- endfor %}
            {{ crm360.tidy_id(source_id) }} as source_id
        from (
            select
                source,
                stream,
                record_id,
                changed_at,
                is_deleted,
                {%- if every_version %}
                extracted_at,
                version_place,
                {%- endif %}
                {%- for field in numbers if locale.decimal %}
                {{ crm360.mapped_is_number(fields[field]) }} as is_number_{{ field }},
                {%- endfor %}
                {{ crm360.json_values('record', keys) }} as v
            from ({{ crm360.latest_known('mapped', entity, mapping, every_version, every_version and not mapping.id) }}) as known
        ) as opened
        {{ 'where ' ~ crm360.mapped_is_wanted(mapping, keys) if mapping.filters }}
    ) as keyed
    where nullif(source_id, '') is not null
    {%- if not every_version or mapping.id %}
    qualify row_number() over (
        partition by source_id order by is_deleted nulls last, changed_at desc nulls last, record_id desc
    ) = 1
    {%- endif %}
{%- endmacro %}

{#- Whether a record is one of those that a mapping wants. -#}
{% macro mapped_is_wanted(mapping, keys) -%}
    {%- for filter in mapping.filters or [] -%}
        {{ ' and ' if not loop.first }}coalesce(trim({{ crm360.mapped_raw(filter.column, keys, mapping.locale or {}) }}), '')
            {{ 'in' if filter.wanted else 'not in' }} ({% for text in filter.texts %}{{ crm360.quoted(text) }}{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}
        true
    {%- endfor -%}
{%- endmacro %}

{#- The keys of a record that a mapping reads: each column's name, and the steps of a dotted one. -#}
{% macro mapped_keys(mapping) -%}
    {%- set named = [mapping.id] if mapping.id else [] -%}
    {%- for spec in (mapping.fields or {}).values() -%}
        {%- do named.extend([spec] if spec is string else [spec.column] if spec.column else spec.columns or spec.first_of or []) -%}
    {%- endfor -%}
    {%- for filter in mapping.filters or [] -%}{%- do named.append(filter.column) -%}{%- endfor -%}
    {%- set keys, chosen = [], [] -%}
    {%- for name in named if crm360.is_chosen(name) and name not in chosen -%}{%- do chosen.append(name) -%}{%- endfor -%}
    {%- for name in named if name not in chosen -%}
        {%- for key in [name, name.split('.')] if key not in keys and '' not in key and (key is string or key | length > 1) -%}
            {%- do keys.append(key) -%}
        {%- endfor -%}
        {%- if name not in keys -%}{%- do keys.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- do return(keys + chosen) -%}
{%- endmacro %}

{#- Whether a name chooses an object of a list by the value of one of its keys: items[key=page].value. -#}
{% macro is_chosen(name) -%}
    {%- do return(name is string and '[' in name and '=' in name.split('[', 1)[1] and ']' in name.split('=', 1)[1]) -%}
{%- endmacro %}

{#- The steps of such a name, as json_at takes them. -#}
{% macro chosen_steps(name) -%}
    {%- set steps = [] -%}
    {%- for step in name.split('.') -%}
        {%- if '[' in step and '=' in step -%}
            {%- set list, rest = step.rstrip(']').split('[', 1) -%}
            {%- set key, value = rest.split('=', 1) -%}
            {%- do steps.append({'list': list, 'key': key, 'value': value}) -%}
        {%- else -%}
            {%- do steps.append(step) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(steps) -%}
{%- endmacro %}

{#- The fields that are numbers, and are not constants. -#}
{% macro mapped_numbers(fields, columns) -%}
    {%- set found = [] -%}
    {%- for field, spec in fields.items() if columns[field] not in ['string', 'timestamp', 'date', 'boolean']
        and (spec is string or 'value' not in spec) -%}
        {%- do found.append(field) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- Whether the record holds a number in this field's column, not a text. -#}
{% macro mapped_is_number(spec) -%}
    {%- set column = spec if spec is string else spec.column -%}
    {%- if not column or crm360.is_chosen(column) -%}
        false
    {%- elif '.' in column and '' not in column.split('.') -%}
        ({{ crm360.json_is_number('record', column) }} or {{ crm360.json_is_number('record', column.split('.')) }})
    {%- else -%}
        {{ crm360.json_is_number('record', column) }}
    {%- endif -%}
{%- endmacro %}

{#- Of several records that are one entity, the newest filled value: a shop's export has the order on its first line only. -#}
{% macro newest_filled(value, is_one_of_several) -%}
    {%- if is_one_of_several -%}
        {{ crm360.first_known(value) }} over (
            partition by source_id, is_deleted order by changed_at desc nulls last, record_id desc
            rows between unbounded preceding and unbounded following
        )
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- The newest version of each record of one stream; of a deleted one its last known content, which holds its entity's id.
    `all`: every version, one a moment; `placed`: with its place, the newest first, and when it was read. -#}
{% macro latest_known(source_name, entity, mapping, placed=false, all=false) -%}
    select
        source,
        stream,
        record_id,
        changed_at,
        is_deleted,
        {%- if placed %}
        extracted_at,
        row_number() over (
            partition by source, stream, record_id order by {{ crm360.newest_first('landed.') }}
        ) as version_place,
        {%- endif %}
        coalesce(record, {{ crm360.next_known('landed.record') }} over (
            partition by source, stream, record_id order by {{ crm360.newest_first('landed.') }}
        )) as record
    from {{ source(source_name, entity) }} as landed
    where
        rejected_because is null
        and source = {{ crm360.quoted(mapping.source) }}
        and stream = {{ crm360.quoted(mapping.stream) }}
    qualify row_number() over (
        partition by source, stream, record_id{{ ', coalesce(changed_at, extracted_at)' if all }} order by {{ crm360.newest_first('landed.') }}
    ) = 1
{%- endmacro %}

{#- A column's text as it came: of a key of this name, or at the end of this path; null where it is one of the null words. -#}
{% macro mapped_raw(column, keys, locale) -%}
    {%- set text = crm360.nth_of('v', keys.index(column) + 1) -%}
    {%- set steps = column.split('.') -%}
    {%- if steps in keys -%}
        {%- set text = 'coalesce(' ~ text ~ ', ' ~ crm360.nth_of('v', keys.index(steps) + 1) ~ ')' -%}
    {%- endif -%}
    {%- if locale.null_words -%}
        case when trim({{ text }}) not in ({% for word in locale.null_words %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor %}) then {{ text }} end
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{#- The text that a spec yields: a constant; or one or several columns, a part of that, the value that it is looked up or
    matched as, or the default. A word that a lookup does not know stays as it is. -#}
{% macro mapped_text(spec, keys, locale) -%}
    {%- if spec is string -%}
        {{ crm360.mapped_raw(spec, keys, locale) }}
    {%- elif 'value' in spec -%}
        {{ crm360.quoted(spec.value) }}
    {%- else -%}
        {%- if spec.columns -%}
            {%- set parts = [] -%}
            {%- for column in spec.columns -%}{%- do parts.append(crm360.nullif_blank(crm360.mapped_raw(column, keys, locale))) -%}{%- endfor -%}
            {%- set separator = spec.separator if 'separator' in spec else ' ' -%}
            {%- set text = "nullif(concat_ws(" ~ crm360.quoted(separator) ~ ", " ~ parts | join(', ') ~ "), '')" -%}
        {%- elif spec.first_of -%}
            {%- set parts = [] -%}
            {%- for column in spec.first_of -%}{%- do parts.append(crm360.nullif_blank(crm360.mapped_raw(column, keys, locale))) -%}{%- endfor -%}
            {%- set text = 'coalesce(' ~ parts | join(', ') ~ ')' -%}
        {%- else -%}
            {%- set text = crm360.mapped_raw(spec.column, keys, locale) -%}
        {%- endif -%}
        {%- if spec.epoch -%}
            {%- set text = crm360.epoch_as_text(text, spec.epoch) -%}
        {%- endif -%}
        {%- if spec.split -%}
            {%- set text = crm360.nullif_blank('split_part(' ~ text ~ ', ' ~ crm360.quoted(spec.split) ~ ', ' ~ (spec.part or 1) ~ ')') -%}
        {%- endif -%}
        {%- if spec.match -%}
            case
                {%- for pattern, value in spec.match.items() %}
                when {{ crm360.matches(text, pattern) }} then {{ crm360.quoted(value) }}
                {%- endfor %}
                {%- if 'default' in spec %} else {{ crm360.quoted(spec.default) }}{% endif %}
            end
        {%- elif spec.lookup -%}
            case lower(trim({{ text }}))
                {%- for word, value in spec.lookup.items() %}
                when {{ crm360.quoted(word | trim | lower) }} then {{ crm360.quoted(value) }}
                {%- endfor %}
                else {{ crm360.quoted(spec.default) if 'default' in spec else text }}
            end
        {%- elif 'default' in spec -%}
            coalesce({{ crm360.nullif_blank(text) }}, {{ crm360.quoted(spec.default) }})
        {%- else -%}
            {{ text }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro mapped_column(column, type, fields, keys, locale) -%}
    {%- if column == 'is_deleted' -%}
        is_deleted
    {%- elif column in fields and column.endswith('_id') -%}
        {{ crm360.global_id(crm360.tidy_id(crm360.mapped_text(fields[column], keys, locale))) }}
    {%- elif column in fields and column in ['email', 'other_emails'] -%}
        lower({{ crm360.nullif_blank(crm360.mapped_text(fields[column], keys, locale)) }})
    {%- elif column in fields and column == 'refunded_amount' -%}
        {#- Some write what was given back with a minus sign. -#}
        abs({{ crm360.mapped_value(column, type, fields[column], keys, locale) }})
    {%- elif column in fields -%}
        {{ crm360.mapped_value(column, type, fields[column], keys, locale) }}
    {%- elif column == 'updated_at' -%}
        changed_at
    {%- else -%}
        cast(null as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- A field's value in its type. A constant is written as the rule is, whatever the stream's locale. -#}
{% macro mapped_value(column, type, spec, keys, locale) -%}
    {%- if spec is not string and 'value' in spec -%}
        {{ crm360.as_type(crm360.quoted(spec.value), type) }}
    {%- else -%}
        {{ crm360.localized(crm360.mapped_text(spec, keys, locale), type, locale, 'is_number_' ~ column, 'has_commas_' ~ column, column) }}
    {%- endif -%}
{%- endmacro %}

{% macro mapped_unread(column, type, spec, keys, locale) -%}
    {%- set text = crm360.mapped_text(spec, keys, locale) -%}
    {%- set moment = crm360.localized_moment(text, type, locale, column) if type in ['timestamp', 'date'] else none -%}
    {{ crm360.unread_value(column, text, crm360.mapped_value(column, type, spec, keys, locale), moment) }}
{%- endmacro %}
