{%- set summed = summed_entities() -%}
{%- for model, reader in registry().readers.items() %}
select
    source,
    {{ stream_of(model) }} as stream,
    source_id as record_id,
    '{{ model }}' as model,
    {{ unread_names('unread_fields') }} as unread_fields,
    unread_fields as parse_errors,
    {{ is_quarantined(model, reader.entity in summed) }} as is_held_back
from {{ ref(model) }}
where unread_fields is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
