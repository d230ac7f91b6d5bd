{#-
    Where each landed record has gone. A staging model that declares an entity and a stream is traced by itself, by its column
    `record_id` where it has one, else by its `source_id` (orchestration/catalog/registry.py, `traces`); a mapping by its ids.
-#}

{#- SQL: of every traced model, its rows' records, and whether each is in its entity or is quarantined. The models of one
    entity are looked up there together: a join a model would take seconds to plan. -#}
{% macro traced_records() -%}
    {%- set summed = crm360.summed_entities() -%}
    {%- set together = {} -%}
    {%- for model, trace in crm360.registry().traces.items() -%}
        {%- do together.setdefault((trace.entity, trace.by_way), []).append((model, trace)) -%}
    {%- endfor -%}
    {%- set of_all = [] -%}
    {%- for (entity, by_way), traced in together.items() -%}
        {%- set of_models = [] -%}
        {%- for model, trace in traced -%}
            {%- set of_model %}
        select
            source,
            {{ crm360.quoted(trace.stream) }} as stream,
            {{ trace.record }} as record_id,
            source_id,
            {{ crm360.is_quarantined(model, entity in summed) if trace.reads_values else 'false' }} as is_quarantined
        from {{ ref(model) }}
            {%- endset -%}
            {%- do of_models.append(of_model) -%}
        {%- endfor -%}
        {%- set of_entity %}
    select
        staged.source,
        staged.stream,
        staged.record_id,
        entity.source_id is not null as is_in_entity,
        staged.is_quarantined,
        false as is_left_out
    from (
        {{ crm360.united(of_models) }}
    ) as staged
    left join ({{ crm360.ids_in_entity(entity, by_way) }}) as entity
        on staged.source = entity.source and staged.source_id = entity.source_id
        {%- endset -%}
        {%- do of_all.append(of_entity) -%}
    {%- endfor -%}
    {%- for mapping in var('mappings', []) -%}
        {%- do of_all.append(crm360.traced_mapping(mapping)) -%}
    {%- endfor -%}
    {%- set nothing %}
    select
        cast(null as string) as source,
        cast(null as string) as stream,
        cast(null as string) as record_id,
        false as is_in_entity,
        false as is_quarantined,
        false as is_left_out
    where false
    {%- endset -%}
    {{ crm360.united(of_all + [nothing]) }}
{%- endmacro %}

{#- The ids of an entity's rows; `by_way`: also without their last part, which another model has put behind the record's. -#}
{% macro ids_in_entity(entity, by_way) -%}
    select source, source_id from {{ ref('int_' ~ entity ~ '_unioned') }}
    {%- if by_way %}
    union
    select source, substring(source_id, 1, length(source_id) - length(split_part(source_id, '/', -1)) - 1)
    from {{ ref('int_' ~ entity ~ '_unioned') }} where position('/' in source_id) > 0
    {%- else %}
    group by source, source_id
    {%- endif %}
{%- endmacro %}

{#- As traced_records, of one mapping: several records may be one entity, and some are not wanted, or have no id of it. -#}
{% macro traced_mapping(mapping) -%}
    {%- set keys = crm360.mapped_keys({'id': mapping.id, 'fields': {}, 'filters': mapping.filters}) -%}
    {%- set id = crm360.mapped_raw(mapping.id, keys, mapping.locale or {}) if mapping.id else 'record_id' %}
    select
        told.source,
        told.stream,
        told.record_id,
        entity.source_id is not null as is_in_entity,
        held.record_id is not null as is_quarantined,
        (
            not told.is_wanted
            or nullif(told.source_id, '') is null
            {%- if mapping.nobody %}
            or told.source_id in ({% for id in mapping.nobody %}{{ crm360.quoted(id) }}{{ ', ' if not loop.last }}{% endfor %})
            {%- endif %}
        ) as is_left_out
    from (
        select
            source,
            stream,
            record_id,
            {{ crm360.tidy_id(id) }} as source_id,
            {{ crm360.mapped_is_wanted(mapping, keys) }} as is_wanted
        from (
            {%- if keys %}
            select source, stream, record_id, {{ crm360.json_values('record', keys) }} as v
            from ({{ crm360.latest_known('mapped', mapping.entity, mapping) }}) as known
            {%- else %}
            select source, stream, record_id from {{ source('mapped', mapping.entity) }}
            where
                rejected_because is null
                and source = {{ crm360.quoted(mapping.source) }}
                and stream = {{ crm360.quoted(mapping.stream) }}
            group by source, stream, record_id
            {%- endif %}
        ) as opened
    ) as told
    left join ({{ crm360.ids_in_entity(mapping.entity, false) }}) as entity
        on told.source = entity.source and told.source_id = entity.source_id
    left join (
        select distinct source, stream, record_id from {{ ref('int_records_unparseable') }}
        where is_held_back
    ) as held
        on told.source = held.source and told.stream = held.stream and told.source_id = held.record_id
{%- endmacro %}

{#- SQL: the streams whose records have to be found in an entity, and whether a rule may leave some out; a source may be told
    several times. -#}
{% macro traced_streams() -%}
    {%- set streams = [] -%}
    {%- for model, trace in crm360.registry().traces.items() if trace.stream -%}
        {%- set stream %}
    select
        source,
        {{ crm360.quoted(trace.stream) }} as stream,
        {{ 'true' if trace.leaves_out else 'false' }} as may_leave_out
    from {{ source(trace.system, trace.stream) }}
    group by source
        {%- endset -%}
        {%- do streams.append(stream) -%}
    {%- endfor -%}
    {%- for mapping in var('mappings', []) -%}
        {%- set stream %}
    select
        {{ crm360.quoted(mapping.source) }} as source,
        {{ crm360.quoted(mapping.stream) }} as stream,
        {{ 'true' if mapping.entity == 'surveys' else 'false' }} as may_leave_out
        {%- endset -%}
        {%- do streams.append(stream) -%}
    {%- endfor -%}
    {%- set nothing %}
    select
        cast(null as string) as source,
        cast(null as string) as stream,
        false as may_leave_out
    where false
    {%- endset -%}
    {{ crm360.united(streams + [nothing]) }}
{%- endmacro %}
