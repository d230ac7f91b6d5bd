{%- set summed = summed_entities() -%}
{%- for reading in reading_models() %}
select
    source,
    {{ stream_of(reading.model) }} as stream,
    source_id as record_id,
    '{{ reading.model }}' as model,
    {{ unread_names('unread_fields') }} as unread_fields,
    unread_fields as parse_errors,
    {{ is_quarantined(reading.model, reading.model.split('__')[1] in summed) }} as is_held_back
from {{ ref(reading.model) }}
where unread_fields is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
