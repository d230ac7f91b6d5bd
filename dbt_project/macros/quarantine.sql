{#-
    What is done with a record in which a value can't be read. Where sums are made of its entity it is quarantined: kept out,
    and listed, so that no sum is silently too small. Elsewhere the value is null and the record stays. Var `limits`
    (source → stream → {on_parse_error}) says otherwise for a stream: 'warn' keeps the record, 'quarantine' keeps it out.
    A date that is only not plausible (1900-01-01) is null, and keeps nothing out.
-#}

{#- The entities of which sums are made, as staging models are named. -#}
{% macro summed_entities() %}
{% do return([
    'deals', 'deal_stages', 'opportunities', 'orders', 'order_lines', 'products', 'campaigns', 'email_activity',
    'unsubscribes', 'email_events', 'mailing_traces', 'satisfaction_ratings', 'surveys', 'refunds', 'invoices', 'charges',
    'payments'
]) %}
{% endmacro %}

{#- The staging models whose records may hold values that can't be read: a list of {model, stream}. The night tells it from
    the models' own text (orchestration/catalog/staging.py); dbt_project.yml holds it for dbt alone. -#}
{% macro reading_models() %}{% do return(var('reading_models')) %}{% endmacro %}

{#- SQL for the stream of a staging model's rows: a mapped model has a column of it. -#}
{% macro stream_of(model) -%}
    {%- for reading in crm360.reading_models() if reading.model == model and reading.stream -%}
        {{ crm360.quoted(reading.stream) }}
    {%- else -%}
        {{ 'stream' if model.startswith('stg_mapped__') else "cast(null as string)" }}
    {%- endfor -%}
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
