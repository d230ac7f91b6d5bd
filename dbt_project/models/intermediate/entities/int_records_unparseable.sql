{%- set summed = summed_entities() -%}
{%- for model, reader in registry().readers.items() %}
{%- set dirt = dirt_of(model) %}
select
    source,
    {{ stream_of(model) }} as stream,
    source_id as record_id,
    '{{ model }}' as model,
    {{ unread_names(dirt) }} as unparseable_fields,
    {{ dirt }} as parse_errors,
    {{ is_quarantined(model, reader.entity in summed) }} as is_held_back
from {{ ref(model) }}
where {{ dirt }} is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
