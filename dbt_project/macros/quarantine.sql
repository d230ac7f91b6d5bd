{#-
    What is done with a record in which a value can't be read. Where sums are made of its entity it is quarantined: kept out,
    and listed, so that no sum is silently too small. Elsewhere the value is null and the record stays. Var `limits`
    (source → stream → {on_parse_error}) says otherwise for a stream: 'warn' keeps the record, 'quarantine' keeps it out.
    A date that is only not plausible (1900-01-01) is null, and keeps nothing out.
-#}

{#- The entities of which sums are made. -#}
{% macro summed_entities() %}
{% do return([
    'deals', 'deal_stages', 'orders', 'order_lines', 'products', 'campaigns', 'email_events', 'surveys', 'invoices',
    'payments'
]) %}
{% endmacro %}

{#- SQL for the stream of a staging model's rows: a mapped model has a column of it. -#}
{% macro stream_of(model) -%}
    {%- set reader = crm360.registry().readers.get(model, {}) -%}
    {%- if reader.stream -%}
        {{ crm360.quoted(reader.stream) }}
    {%- else -%}
        {{ 'stream' if model.startswith('stg_mapped__') else "cast(null as string)" }}
    {%- endif -%}
{%- endmacro %}

{#- Whether a row of a staging model is quarantined; `by_rule`: whether its entity's rule does so. -#}
{% macro is_quarantined(model, by_rule) -%}
    {%- set told = [] -%}
    {%- for source, streams in var('limits', {}).items() -%}
        {%- for stream, limit in streams.items() if limit.on_parse_error in ['warn', 'quarantine'] -%}
            {%- do told.append((source, stream, limit.on_parse_error == 'quarantine')) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not told and not by_rule -%}
        false
    {%- elif not told -%}
        {{ crm360.is_unreadable('unread_fields') }}
    {%- else -%}
        case
            {%- for source, stream, held in told %}
            when source = {{ crm360.quoted(source) }} and {{ crm360.stream_of(model) }} = {{ crm360.quoted(stream) }}
                then {{ crm360.is_unreadable('unread_fields') if held else 'false' }}
            {%- endfor %}
            else {{ crm360.is_unreadable('unread_fields') if by_rule else 'false' }}
        end
    {%- endif -%}
{%- endmacro %}
