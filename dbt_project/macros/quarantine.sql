{#-
    What is done with a record in which a value can't be read. Where sums are made of its entity it is quarantined: kept out,
    and listed, so that no sum is silently too small; a flag or a chance, of which none is made, loses its value alone. Elsewhere the
    value is null and the record stays. Var `limits`
    (source → stream → {on_parse_error, on_implausible_date, on_future_date, on_negative_refund}) says otherwise for a stream:
    'warn' keeps the record, 'quarantine' keeps it out. A date that is only not plausible (1900-01-01) is null, one after
    as_of waits for its day, a refund is money out whatever its sign: none keeps a record out by itself.
-#}

{#- SQL: what `parse_errors` of a staging model lists, and of its moments those after as_of, as 'field=future year'. -#}
{% macro dirt_of(model) -%}
    {%- set moments = crm360.registry().moments.get(model, []) -%}
    {%- if not moments -%}
        parse_errors
    {%- else -%}
        nullif(concat_ws(
            ';', parse_errors
            {%- for moment in moments %},
            case when {{ crm360.is_future(moment) }}
                then {{ crm360.quoted(moment ~ '=future ') }} || cast(extract(year from {{ moment }}) as string) end
            {%- endfor %}
        ), '')
    {%- endif -%}
{%- endmacro %}

{#- The entities of which sums are made. -#}
{% macro summed_entities() %}
{% do return([
    'deals', 'deal_stages', 'orders', 'order_lines', 'products', 'campaigns', 'campaign_costs', 'email_events', 'surveys', 'invoices',
    'payments', 'subscriptions', 'reviews', 'loyalty_balances', 'loyalty_events', 'deal_lines', 'quotes'
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
            {%- do told.append((source, stream, crm360.is_held_back_by(model, limit, by_rule))) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not told -%}
        {{ crm360.is_held_back_by(model, {}, by_rule) }}
    {%- else -%}
        case
            {%- for source, stream, is_held_back in told %}
            when source = {{ crm360.quoted(source) }} and {{ crm360.stream_of(model) }} = {{ crm360.quoted(stream) }}
                then {{ is_held_back }}
            {%- endfor %}
            else {{ crm360.is_held_back_by(model, {}, by_rule) }}
        end
    {%- endif -%}
{%- endmacro %}

{#- The same by one stream's limit: each kind of dirt that it names keeps a record out. -#}
{% macro is_held_back_by(model, limit, by_rule) -%}
    {%- set said = limit.on_parse_error -%}
    {%- set held = [] -%}
    {%- if said == 'quarantine' -%}
        {%- do held.append(crm360.is_unreadable('parse_errors')) -%}
    {%- elif by_rule and said != 'warn' -%}
        {%- do held.append(crm360.is_unreadable_for_sums('parse_errors')) -%}
    {%- endif -%}
    {%- for key, word in {'on_implausible_date': 'year', 'on_negative_refund': 'negative'}.items()
        if limit[key] == 'quarantine' -%}
        {%- do held.append("coalesce(parse_errors like '%=" ~ word ~ " %', false)") -%}
    {%- endfor -%}
    {%- if limit.on_future_date == 'quarantine' -%}
        {%- for moment in crm360.registry().moments.get(model, []) -%}{%- do held.append(crm360.is_future(moment)) -%}{%- endfor -%}
    {%- endif -%}
    {{ '(' ~ held | join(' or ') ~ ')' if held else 'false' }}
{%- endmacro %}
