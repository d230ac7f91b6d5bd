{%- set summed = summed_entities() -%}
{%- set of_models = [] -%}
{%- for model, reader in registry().readers.items() -%}
{%- set dirt = dirt_of(model) -%}
{%- set of_model %}
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
{%- endset -%}
{%- do of_models.append(of_model) -%}
{%- endfor -%}
{{ united(of_models) }}
