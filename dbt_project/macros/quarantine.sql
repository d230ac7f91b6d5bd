{#-
    What is done with a record in which a value can't be read. Where sums are made of its entity it is quarantined: kept out,
    and listed, so that no sum is silently too small. Elsewhere the value is null and the record stays. Var `limits`
    (source → stream → {on_parse_error, on_implausible_date}) says otherwise for a stream: 'warn' keeps the record,
    'quarantine' keeps it out. A date that is only not plausible (1900-01-01) is null, and keeps nothing out by itself.
-#}

{#- The entities of which sums are made. -#}
{% macro summed_entities() %}
{% do return([
    'deals', 'deal_stages', 'orders', 'order_lines', 'products', 'campaigns', 'email_events', 'surveys', 'invoices',
    'payments'
]) %}
{% endmacro %}

{#- SQL for the stream of a model's rows: the one that it reads, or its column `stream` where several meet in it. -#}
{% macro stream_of(model) -%}
    {%- set stream = crm360.registry().streams.get(model) -%}
    {%- if stream -%}
        {{ crm360.quoted(stream) }}
    {%- else -%}
        stream
    {%- endif -%}
{%- endmacro %}

{#- Whether a row of a staging model is quarantined; `by_rule`: whether its entity's rule does so. -#}
{% macro is_quarantined(model, by_rule) -%}
    {%- set told = [] -%}
    {%- for source, streams in var('limits', {}).items() -%}
        {%- for stream, limit in streams.items() -%}
            {%- do told.append((source, stream, crm360.is_held_back_by(limit, by_rule))) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not told -%}
        {{ crm360.is_held_back_by({}, by_rule) }}
    {%- else -%}
        case
            {%- for source, stream, is_held_back in told %}
            when source = {{ crm360.quoted(source) }} and {{ crm360.stream_of(model) }} = {{ crm360.quoted(stream) }}
                then {{ is_held_back }}
            {%- endfor %}
            else {{ crm360.is_held_back_by({}, by_rule) }}
        end
    {%- endif -%}
{%- endmacro %}

{#- The same by one stream's limit: what can't be read, what is only not plausible, or both keep a record out. -#}
{% macro is_held_back_by(limit, by_rule) -%}
    {%- set said = limit.on_parse_error -%}
    {%- set unreadable = said == 'quarantine' or (by_rule and said != 'warn') -%}
    {%- if limit.on_implausible_date == 'quarantine' and unreadable -%}
        parse_errors is not null
    {%- elif limit.on_implausible_date == 'quarantine' -%}
        coalesce(parse_errors like '%=year %', false)
    {%- elif unreadable -%}
        {{ crm360.is_unreadable('parse_errors') }}
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
