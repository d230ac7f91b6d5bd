{%- set summed = summed_entities() -%}
{%- for model, reader in registry().readers.items() %}
select
    source,
    {{ stream_of(model) }} as stream,
    source_id as record_id,
    '{{ model }}' as model,
    {{ unread_names('parse_errors') }} as unparseable_fields,
    parse_errors,
    {{ is_quarantined(model, reader.entity in summed) }} as is_held_back
from {{ ref(model) }}
where parse_errors is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
