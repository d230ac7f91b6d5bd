{#- SQL: the share in a purchase of one of the clicks before it, by the project's rule (var `attribution`). `from_last`: its place,
    counted from the last one; `clicks`: how many there are. Of the shares that come by position the first and the last click
    have 40 % each, those between them the rest; two have one half each. -#}
{% macro share_of_click(from_last, clicks) -%}
    {%- set rule = var('attribution') -%}
    {%- if rule == 'first' -%}
        case when {{ from_last }} = {{ clicks }} then 1 else 0 end
    {%- elif rule == 'linear' -%}
        1.0 / {{ clicks }}
    {%- elif rule == 'position' -%}
        case
            when {{ clicks }} <= 2 then 1.0 / {{ clicks }}
            when {{ from_last }} in (1, {{ clicks }}) then 0.4
            else 0.2 / ({{ clicks }} - 2)
        end
    {%- elif rule == 'last' -%}
        case when {{ from_last }} = 1 then 1 else 0 end
    {%- else -%}
        {{ exceptions.raise_compiler_error("attribution is 'last', 'first', 'linear' or 'position', not '" ~ rule ~ "'") }}
    {%- endif -%}
{%- endmacro %}

{#- What the rule is called where a purchase tells it. -#}
{% macro name_of_attribution() -%}
    {{ {'last': 'last click', 'first': 'first click', 'linear': 'all clicks alike', 'position': 'first and last click'}[var('attribution')] }}
{%- endmacro %}
